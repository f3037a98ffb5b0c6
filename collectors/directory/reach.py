"""Whom a fine-grained password policy applies to: groups walked down to their members."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from auditkit.model import fact
from auditkit.model.shared.directory import DirectoryGroup, DirectoryMembership, DirectoryUser, PasswordSettings
from auditkit.probing import derived


@fact(key=("dn",))
class PolicyReach:
    """How many accounts of the domain a fine-grained policy names, directly or by a group (MS-ADTS, msDS-ResultantPSO); one of a higher
    precedence may go before it. None: the policy, or the members of a group, may not be read."""

    dn: str
    name: str | None
    accounts: int | None


@derived("directory.policy_reach")
def reach(
    policy: Sequence[PasswordSettings],
    group: Sequence[DirectoryGroup],
    membership: Sequence[DirectoryMembership],
    user: Sequence[DirectoryUser],
) -> Iterator[PolicyReach]:
    members: dict[str, list[str | None]] = defaultdict(list)
    for m in membership:
        members[m.group_dn.casefold()].append(m.member_dn.casefold() if m.member_dn is not None else None)
    primary = {g.sid: g.dn.casefold() for g in group}
    for u in user:
        home = primary.get(f"{u.sid.rpartition('-')[0]}-{u.primary_group}")
        if home:
            members[home].append(u.dn.casefold())
    people = {u.dn.casefold() for u in user}
    for p in policy:
        yield PolicyReach(dn=p.dn, name=p.name, accounts=None if p.targets is None else _count(p.targets, members, people))


def _count(targets: Sequence[str], members: Mapping[str, list[str | None]], people: set[str]) -> int | None:
    left = [t.casefold() for t in targets]
    seen = set(left)
    while left:
        for dn in members.get(left.pop(), ()):
            if dn is None:
                return None
            if dn not in seen:
                seen.add(dn)
                left.append(dn)
    return len(seen & people)
