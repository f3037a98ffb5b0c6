"""Facts about directories: the domain and its controllers, policies, trusts; its accounts, groups and rights."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from auditkit.model import Ident, fact

# -- the domain and what holds it up

FsmoName = Literal["schema", "naming", "pdc", "rid", "infrastructure"]


@fact()
class Domain:
    """The domain that was asked.

    dn: its naming context; dns_name; sid (MS-DTYP 2.4.2). level: msDS-Behavior-Version (MS-ADTS 6.1.4.3: 0 = 2000, 2 = 2003, 3 = 2008,
    4 = 2008 R2, 5 = 2012, 6 = 2012 R2, 7 = 2016, 10 = 2025). machine_quota: computers that every account may join, -1 = no limit.
    created: of the domain's root object.
    """

    dn: str | None
    dns_name: str | None
    sid: str | None
    level: int | None
    machine_quota: int | None
    created: datetime | None


@fact()
class DomainPasswordPolicy:
    """The policy of all accounts that no other one applies to (MS-SAMR 3.1.1.1, attributes of the domain's root object).

    max_age_days, min_age_days: 0 = no limit. lockout_threshold: wrong passwords until an account is locked, 0 = never.
    lockout_minutes: 0 = until an administrator unlocks it. complexity, reversible: bits of pwdProperties.
    """

    min_length: int | None
    history: int | None
    complexity: bool | None
    reversible: bool | None
    max_age_days: float | None
    min_age_days: float | None
    lockout_threshold: int | None
    lockout_minutes: float | None
    lockout_window_minutes: float | None


@fact(key=("role",))
class FsmoRole:
    """Who does what only one controller does (MS-ADTS 3.1.1.1.11). server: the short name of the holder.

    gone: the holder is named as a deleted object: nobody does it.
    """

    role: FsmoName
    holder: str | None
    server: str | None
    gone: bool | None


@fact(key=("name",))
class DomainController:
    """A controller of this domain: what sites, its computer account and its directory service say of it.

    name: short name. os, os_version: as its account says; "" = it does not say. last_logon: when its account was last seen to log on
    (right to about 14 days, MS-ADA1 lastLogonTimestamp); None = not seen. level: what it can do (see `Domain.level`).
    account: whether it has a computer account in this domain.
    """

    name: str
    host: str | None
    site: str
    os: str | None
    os_version: str | None
    global_catalog: bool | None
    read_only: bool
    level: int | None
    inbound_off: bool | None
    outbound_off: bool | None
    account: bool
    enabled: bool | None
    last_logon: datetime | None
    password_set: datetime | None
    created: datetime | None


@fact(key=("partner",))
class Trust:
    """A trust with another domain (MS-ADTS 6.1.6.7, trustedDomain), as this side sees it.

    direction: inbound = they trust us, our accounts get in there; outbound = we trust them. kind: windows (AD), nt4, mit, aad.
    transitive, within_forest, forest (a forest trust), sid_filtering (foreign SIDs are cut: quarantine, or a forest trust that is not
    treated as external), selective (selective authentication), tgt_delegation (tickets that can be delegated go over it).
    aes: msDS-SupportedEncryptionTypes has AES; False = the attribute is not set or names RC4 alone. changed: last change of
    the object on the controller that was asked: the password of a trust that works changes every 30 days.
    """

    partner: str
    netbios: str | None
    sid: str | None
    direction: Literal["disabled", "inbound", "outbound", "both"] | None
    kind: Literal["nt4", "windows", "mit", "dce", "aad"] | None
    attributes: int | None
    transitive: bool | None
    within_forest: bool | None
    forest: bool | None
    sid_filtering: bool | None
    selective: bool | None
    tgt_delegation: bool | None
    aes: bool | None
    created: datetime | None
    changed: datetime | None


@fact(key=("dn",))
class PasswordSettings:
    """A fine-grained password policy (msDS-PasswordSettings, MS-ADTS 3.1.1.3.3 and 3.1.1.4.4).

    An ordinary account may not read them. A row in which all but dn is None is one that is there and may not be read; where dn is
    that of the container, whatever is in it could not be seen. max_age_days: 0 = no limit. applies_to: names of groups and accounts;
    targets: their DNs.
    """

    dn: str
    name: str | None
    precedence: int | None
    min_length: int | None
    history: int | None
    complexity: bool | None
    reversible: bool | None
    max_age_days: float | None
    min_age_days: float | None
    lockout_threshold: int | None
    lockout_minutes: float | None
    applies_to: tuple[str, ...] | None
    targets: tuple[str, ...] | None


@fact(key=("guid",))
class GroupPolicy:
    """A group policy object (MS-GPOL 2.2.2). guid: with braces, upper case.

    user_version, computer_version: 0 = never edited. user_on, computer_on: not switched off by its flags. wmi_filter: "" = none.
    A policy from which "read" was taken away for this account has None in everything but guid.
    """

    guid: str
    name: str | None
    user_version: int | None
    computer_version: int | None
    user_on: bool | None
    computer_on: bool | None
    wmi_filter: str | None
    path: str | None
    created: datetime | None
    changed: datetime | None


# -- accounts, groups, rights


@fact(key=("sid",))
class DirectoryUser:
    """A user account (MS-ADTS 2.2.16 userAccountControl). login: sAMAccountName in lower case.

    What hangs on userAccountControl, which every account has, is None where that may not be read. last_logon: lastLogonTimestamp, right
    to 14 days (MS-ADA1); never_logged_on: it is not set. must_change: pwdLastSet is 0. secret_in_description: it looks like a password;
    then the text is cut. spns: what it runs as a service. primary_group: RID. sensitive: its tickets are never delegated (NOT_DELEGATED).
    locked: lockoutTime is set: locked then, and not logged on since (whether it still is depends on the policy); locked_at: since when.
    actors: SIDs that may act here in anybody's name (msDS-AllowedToActOnBehalfOfOtherIdentity, MS-SFU), () = none.
    """

    sid: str
    rid: int
    name: str
    login: str
    dn: str
    upn: str
    description: str
    secret_in_description: bool
    created: datetime | None
    enabled: bool | None
    last_logon: datetime | None
    never_logged_on: bool | None
    password_set: datetime | None
    must_change: bool | None
    password_never_expires: bool | None
    password_not_required: bool | None
    reversible: bool | None
    des_only: bool | None
    no_preauth: bool | None
    unconstrained: bool | None
    protocol_transition: bool | None
    admin_count: bool | None
    spns: tuple[str, ...]
    delegates_to: tuple[str, ...]
    sid_history: tuple[str, ...] | None
    primary_group: int | None
    sensitive: bool | None
    locked: bool | None
    locked_at: datetime | None
    actors: tuple[str, ...] | None


@fact(key=("sid",))
class DirectoryGroup:
    """A group. rid: last part of its SID. members: direct ones, without those whose primary group it is; None = not seen.

    admin_count: it was protected by AdminSDHolder at some time.
    """

    sid: str
    rid: int
    name: str
    dn: str
    members: int | None
    admin_count: bool | None


@fact(key=("group_dn", "member_dn"))
class DirectoryMembership:
    """A direct membership. member_dn: None = the members of this group may not be read."""

    group_dn: str
    member_dn: str | None


@fact(key=("sid",), about="other")
class DirectoryComputer:
    """A machine that has an account in the domain: the same machine that other transports or DNS see. "" = the account does not say.

    None where the account's attributes may not be read. last_logon: right to 14 days; never_logged_on: lastLogonTimestamp is not set.
    """

    sid: Annotated[str, Ident("sid")]
    fqdn: Annotated[str | None, Ident("fqdn")]
    name: str
    dn: str
    os: str | None
    os_version: str | None
    role: Literal["controller", "server", "workstation", "other"] | None
    enabled: bool | None
    created: datetime | None
    last_logon: datetime | None
    never_logged_on: bool | None
    password_set: datetime | None
    unconstrained: bool | None


@fact(key=("sid",))
class ComputerAccount:
    """A computer account as an object of the domain that was asked, for what is said of the domain (`DirectoryComputer`: the machine).

    What is None or "" is so for the same reason as there. laps_expiry: when the local administrator's password, kept in the directory
    by Windows LAPS or its forerunner, is to be changed next; laps: whether that is set. delegates_to: services that it may reach in
    anybody's name, protocol_transition: without their having logged on to it by Kerberos; actors: SIDs that may act in anybody's name
    here; () = none. primary_group: RID.
    """

    sid: str
    name: str
    dn: str
    os: str | None
    os_version: str | None
    role: Literal["controller", "server", "workstation", "other"] | None
    enabled: bool | None
    created: datetime | None
    last_logon: datetime | None
    never_logged_on: bool | None
    password_set: datetime | None
    unconstrained: bool | None
    laps_expiry: datetime | None
    laps: bool | None
    delegates_to: tuple[str, ...] | None
    protocol_transition: bool | None
    actors: tuple[str, ...] | None
    primary_group: int | None
