"""Who is an administrator in effect: `member` walked down from the groups that rule the domain, which are known by RID."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from auditkit.model import fact
from auditkit.model.shared.directory import ComputerAccount, DirectoryGroup, DirectoryMembership, DirectoryUser
from auditkit.probing import NotUnderstood, derived

from ._names import label

# MS-DTYP 2.4.2.4: of the domain, then of BUILTIN
RULING = frozenset({512, 518, 519, 520, 526, 527, 544, 548, 549, 550, 551})
ADMINS = 512
ALL_POWER = frozenset({512, 518, 519, 544})
GUARD = 525  # Protected Users


@fact(key=("group_sid", "dn"))
class PrivilegedAccount:
    """A member, direct or nested, of a group that rules the domain. path: "Domain Admins ← IT ← ivanov".

    account: True = a user of this domain, and what its account says stands beside; else a computer, a managed account or a foreign
    principal, of which only dn and name are known here ("" or None in the rest). sensitive: its tickets are never delegated;
    guarded: it is in Protected Users (RID 525), None = it is no user of this domain. repeated: it was listed before, under another
    of the groups that rule everything (512, 518, 519, 544).
    """

    group_sid: str
    group_rid: int
    group_name: str
    dn: str
    name: str
    login: str
    sid: str
    path: str
    account: bool | None
    enabled: bool | None
    created: datetime | None
    last_logon: datetime | None
    never_logged_on: bool | None
    password_set: datetime | None
    password_never_expires: bool | None
    spns: tuple[str, ...]
    sensitive: bool | None
    guarded: bool | None
    repeated: bool


@fact(key=("group_sid", "sid"))
class PrivilegedGroup:
    """A group that rules the domain, or one that is nested in it. path: "Domain Admins ← IT"."""

    group_sid: str
    group_rid: int
    sid: str
    name: str
    dn: str
    path: str


@derived("directory.privileged")
def privileged(
    group: Sequence[DirectoryGroup],
    membership: Sequence[DirectoryMembership],
    user: Sequence[DirectoryUser],
    computer: Sequence[ComputerAccount],
) -> Iterator[PrivilegedAccount | PrivilegedGroup]:
    """Raises NotUnderstood where the members of a group on the way may not be read."""
    by_dn = {g.dn.casefold(): g for g in group}
    users = {u.dn.casefold(): u for u in user}
    members: dict[str, list[str | None]] = defaultdict(list)
    for m in membership:
        members[m.group_dn.casefold()].append(m.member_dn)
    primary = {(g.sid.rpartition("-")[0], g.rid): g.dn.casefold() for g in group}
    accounts: list[DirectoryUser | ComputerAccount] = [*user, *computer]
    for a in accounts:
        home = primary.get((a.sid.rpartition("-")[0], a.primary_group or 0))
        if home:
            members[home].append(a.dn)
    guard = next((g for g in group if g.rid == GUARD and g.sid.startswith("S-1-5-21-")), None)
    guarded = {a.dn for a in _below(guard, by_dn, members, users) if isinstance(a, PrivilegedAccount)} if guard else set()
    told: set[str] = set()
    for top in sorted(group, key=lambda g: g.sid):
        for found in _below(top, by_dn, members, users) if rules(top) else ():
            if isinstance(found, PrivilegedAccount):
                repeated = top.rid in ALL_POWER and found.dn in told
                yield replace(found, guarded=found.dn in guarded if found.account else None, repeated=repeated)
                told |= {found.dn} if top.rid in ALL_POWER else set()
            else:
                yield found
        if top.rid == ADMINS:
            yield from _unplaced(top, user, computer, told)


def _unplaced(
    top: DirectoryGroup, users: Sequence[DirectoryUser], computers: Sequence[ComputerAccount], told: set[str]
) -> Iterator[PrivilegedAccount]:
    """Accounts whose primary group may not be read, which hides a membership: each may be in Domain Admins; nothing is said of it."""
    unseen = [u for u in users if u.primary_group is None and u.dn not in told]
    for u in unseen:
        made = _account(top, u.dn, f"{top.name} ←?", u)
        yield replace(made, enabled=None, sensitive=None)
    for c in computers:
        if c.primary_group is None and c.dn not in told:
            yield replace(_account(top, c.dn, f"{top.name} ←?", None), account=None)


def rules(group: DirectoryGroup) -> bool:
    """Whether it rules the domain: by RID; DnsAdmins, which has none of its own, by its name, which is not translated."""
    return group.rid in RULING or (group.rid > 1000 and group.name.lower() == "dnsadmins")


def _below(
    top: DirectoryGroup, groups: Mapping[str, DirectoryGroup], members: Mapping[str, list[str | None]], users: Mapping[str, DirectoryUser]
) -> Iterator[PrivilegedAccount | PrivilegedGroup]:
    """Breadth first, each object once: the shortest path, and no loop."""
    seen = {top.dn.casefold()}
    level = [(top.dn.casefold(), top.name)]
    yield _group(top, top, top.name)
    while level:
        deeper: list[tuple[str, str]] = []
        for key, path in level:
            for dn in sorted(members.get(key, []), key=str):
                if dn is None:
                    raise NotUnderstood(f"the members of {path} may not be read")
                if dn.casefold() in seen:
                    continue
                seen.add(dn.casefold())
                if (nested := groups.get(dn.casefold())) is not None:
                    deeper.append((dn.casefold(), f"{path} ← {nested.name}"))
                    yield _group(top, nested, f"{path} ← {nested.name}")
                else:
                    yield _account(top, dn, path, users.get(dn.casefold()))
        level = deeper


def _group(top: DirectoryGroup, g: DirectoryGroup, path: str) -> PrivilegedGroup:
    return PrivilegedGroup(group_sid=top.sid, group_rid=top.rid, sid=g.sid, name=g.name, dn=g.dn, path=path)


def _account(top: DirectoryGroup, dn: str, path: str, u: DirectoryUser | None) -> PrivilegedAccount:
    name = u.name if u else label(dn)
    return PrivilegedAccount(
        group_sid=top.sid, group_rid=top.rid, group_name=top.name, dn=dn, name=name, login=u.login if u else "", sid=u.sid if u else "",
        path=f"{path} ← {name}", account=u is not None, enabled=u.enabled if u else None, created=u.created if u else None,
        last_logon=u.last_logon if u else None, never_logged_on=u.never_logged_on if u else None,
        password_set=u.password_set if u else None,
        password_never_expires=u.password_never_expires if u else None, spns=u.spns if u else (),
        sensitive=u.sensitive if u else None, guarded=None, repeated=False,
    )  # fmt: skip
