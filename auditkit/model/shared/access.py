"""Facts about who may come in: accounts, passwords, groups, rights of administrators, keys, logins."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from auditkit.model import Secret, fact


@fact(key=("name", "uid"))
class Account:
    """An account the host knows. interactive: its shell is one (an empty shell field means /bin/sh, passwd(5))."""

    name: str
    uid: int
    gid: int
    gecos: str
    home: str
    shell: str
    interactive: bool


@fact(key=("name",))
class AccountPassword:
    """What stands in the place of an account's password.

    state: set; locked = there is one, behind "!"; empty = anybody may come in; none = nothing that a password could match.
    scheme: sha512, yescrypt, md5...; "" where there is no hash. changed_on: None = the host does not know. min_days, max_days,
    warn_days: -1 = no limit. must_change: at the next login. expires_on: end of the account as ISO date, "" = never.
    password: kind and keyed print of the hash; None where there is none.
    """

    name: str
    state: Literal["set", "locked", "empty", "none"]
    scheme: str
    changed_on: date | None
    min_days: int
    max_days: int
    warn_days: int
    must_change: bool
    expires_on: str
    password: Secret | None


@fact(key=("name", "gid"))
class AccountGroup:
    """A group with the members it lists; accounts that have it as their primary group are not among them."""

    name: str
    gid: int
    members: tuple[str, ...]


@fact(key=("who", "via", "run_as", "what"))
class AdminRight:
    """Somebody may do what root may, or a part of it.

    who: account; %name = a group this host cannot list (of a domain); ALL = everybody. via: the group or alias that gives it,
    "" = named directly. what: ALL, a command, or the reason ("uid 0", "socket of docker"). nopasswd: without a password.
    """

    who: str
    via: str
    what: str
    run_as: str
    nopasswd: bool
    source: str


@fact(key=("account", "source", "fingerprint", "options", "comment"))
class AuthorizedKey:
    """A public key that opens an account (sshd(8), AUTHORIZED_KEYS FILE FORMAT).

    bits: None where the type says it already. fingerprint: SHA256:... as ssh-keygen -l; None = the line is damaged (sshd passes
    over it). options: from=, command=, "" = none.
    """

    account: str
    type: str
    bits: int | None
    fingerprint: str | None
    comment: str
    options: str
    source: str


@fact(key=("account",))
class LastLogin:
    """The last login the host remembers. No row for an account = none is remembered. from_host: "" = at the console or not told."""

    account: str
    at: datetime
    from_host: str
    terminal: str


@fact(key=("source", "setting", "value"))
class PasswordPolicy:
    """A rule about passwords and lockout as written. setting: of login.defs or pwquality.conf, or type and module of a PAM line."""

    setting: str
    value: str
    source: str
