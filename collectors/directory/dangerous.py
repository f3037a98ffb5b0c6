"""Who has power over the objects that rule the domain, by name: rights put together with groups, members and accounts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from auditkit.model import fact
from auditkit.model.shared.directory import (
    ComputerAccount,
    DirectoryGroup,
    DirectoryMembership,
    DirectoryUser,
    Domain,
    GroupPolicy,
    Trust,
)
from auditkit.probing import NotUnderstood, derived

from ._names import label, parent
from ._people import Judged, People
from .managed import ManagedAccount
from .privileges import PrivilegedAccount, PrivilegedGroup
from .security import DirectoryRight, ObjectSecurity

RULING_ACCOUNTS = ("-500", "-502", "-516", "-521")  # Administrator, krbtgt, the groups of controllers


@fact(key=("dn", "place", "sid", "may", "below", "on_class", "inherited"))
class DangerousRight:
    """A right of `DirectoryRight`, and who stands behind its SID.

    place: as there; former = an account or group that is marked as privileged (adminCount) and is not. trustee: the name, the SID where
    none is known. kind: user, group, computer, managed, everybody, foreign; "" = not known. anybody: it stands for every ordinary
    account or computer. admin: it is an administrator, by SID and membership. exposed: somebody who is no administrator has the right
    (an empty group has nobody); None = cannot be told. All of it None: the access list may not be read, or was not asked for.
    """

    dn: str
    place: Literal["domain", "adminsdholder", "unit", "site", "policy", "controller", "privileged", "former"]
    name: str
    sid: str | None
    trustee: str | None
    kind: str | None
    may: str | None
    below: bool
    on_class: str
    inherited: bool
    anybody: bool | None
    admin: bool | None
    exposed: bool | None


def people(
    domain: Sequence[Domain],
    groups: Sequence[DirectoryGroup],
    memberships: Sequence[DirectoryMembership],
    users: Sequence[DirectoryUser],
    computers: Sequence[ComputerAccount],
    managed: Sequence[ManagedAccount],
    trusts: Sequence[Trust],
) -> People:
    """Raises NotUnderstood where the SID of the domain is not known: then nobody is known for an administrator."""
    if not domain or domain[0].sid is None:
        raise NotUnderstood("the domain's own SID was not seen: who is an administrator cannot be told")
    return People(domain[0].sid, groups, memberships, users, computers, managed, trusts)


@derived("directory.dangerous_rights")
def dangerous(
    domain: Sequence[Domain],
    looked: Sequence[ObjectSecurity],
    right: Sequence[DirectoryRight],
    group: Sequence[DirectoryGroup],
    membership: Sequence[DirectoryMembership],
    user: Sequence[DirectoryUser],
    computer: Sequence[ComputerAccount],
    managed: Sequence[ManagedAccount],
    trust: Sequence[Trust],
    account: Sequence[PrivilegedAccount],
    ruling: Sequence[PrivilegedGroup],
    policy: Sequence[GroupPolicy],
) -> Iterator[DangerousRight]:
    """Raises NotUnderstood where the domain's root or AdminSDHolder was not among what was looked at. A privileged object or a unit
    that is known from elsewhere and was not looked at has a row of its own, of which nothing is known."""
    seen = {o.place for o in looked}
    if not {"domain", "adminsdholder"} <= seen:
        raise NotUnderstood("the access lists of the domain's root and of AdminSDHolder were not both seen")
    names = {p.guid: p.name for p in policy if p.name}
    who = people(domain, group, membership, user, computer, managed, trust)
    privileged = {a.dn.casefold() for a in account} | {g.dn.casefold() for g in ruling}
    privileged |= {o.dn.casefold() for o in looked if o.sid.endswith(RULING_ACCOUNTS)}
    for r in right:
        if r.may == "ReadConfidential":
            continue
        judged = who.judge(r.sid, r.may or "") if r.sid is not None else None
        former = r.place == "privileged" and r.dn.casefold() not in privileged
        if judged is None or judged.exposed is not False or not r.inherited or r.place in ("domain", "adminsdholder"):
            yield _row(r, judged, former, names)
    asked = {o.dn.casefold() for o in looked if o.place != "group"}
    for dn in sorted({a.dn for a in account if not label(a.dn).startswith("S-1-")} | {g.dn for g in ruling}):  # foreign ones have none
        if dn.casefold() not in asked:  # not marked as protected (yet), or the mark may not be read
            yield _row(_unasked(dn, "privileged"), None, False, names)
    for dn in sorted(_units([*(u.dn for u in user), *(c.dn for c in computer), *(g.dn for g in group)])):
        if dn.casefold() not in asked:  # it hides even that it is a unit, and holds accounts all the same
            yield _row(_unasked(dn, "unit"), None, False, names)


def _units(dns: Iterable[str]) -> set[str]:
    """The organisational units that these objects lie in, at every level."""
    found: set[str] = set()
    for dn in dns:
        above = parent(dn)
        while above[:3].upper() == "OU=" and above not in found:
            found.add(above)
            above = parent(above)
    return found


def _unasked(dn: str, place: Literal["privileged", "unit"]) -> DirectoryRight:
    return DirectoryRight(dn=dn, place=place, sid=None, may=None, attribute="", below=False, on_class="", inherited=False)


def _row(r: DirectoryRight, j: Judged | None, former: bool, names: Mapping[str, str]) -> DangerousRight:
    place = "former" if former or r.place == "group" else r.place
    return DangerousRight(
        dn=r.dn,
        place=place,
        name=names.get(label(r.dn).upper(), label(r.dn)),
        sid=r.sid,
        trustee=j.name if j else None,
        kind=j.kind if j else None,
        may=r.may,
        below=r.below,
        on_class=r.on_class,
        inherited=r.inherited,
        anybody=j.anybody if j else None,
        admin=j.admin if j else None,
        exposed=j.exposed if j else None,
    )
