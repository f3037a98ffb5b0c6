"""Who stands behind a SID: an administrator (by SID and RID, never by name), everybody, a group and those in it, or nobody known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from auditkit.model.shared.directory import ComputerAccount, DirectoryGroup, DirectoryMembership, DirectoryUser, Trust

from ._rights import anybody
from .managed import ManagedAccount

# MS-DTYP 2.4.2.4. Of the domain: Administrator, Domain Admins, Domain Controllers, Schema Admins, Enterprise Admins.
ADMINISTRATOR, ADMINS, CONTROLLERS = 500, frozenset({512, 518, 519}), 516
FOREST_WIDE = frozenset({518, 519})  # they lie in the root domain of the forest, and rule all others
KEY_ADMINS, READ_ONLY_CONTROLLERS = frozenset({526, 527}), 498
BUILTIN_ADMINISTRATORS = "S-1-5-32-544"
WELL_KNOWN = {
    "S-1-1-0": "Everyone", "S-1-5-2": "Network", "S-1-5-4": "Interactive", "S-1-5-7": "Anonymous", "S-1-5-11": "Authenticated Users",
    "S-1-5-15": "This Organization",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """name: of the account or group, its SID where no name is known. kind: user, group, computer, managed, everybody, foreign; "" = not
    known. exposed: somebody who is no administrator stands behind it; None = cannot be told."""

    name: str
    kind: str
    anybody: bool
    admin: bool | None
    exposed: bool | None


class People:
    """Accounts and groups of one domain, by SID and by DN."""

    def __init__(
        self,
        domain: str,
        groups: Sequence[DirectoryGroup],
        memberships: Sequence[DirectoryMembership],
        users: Sequence[DirectoryUser],
        computers: Sequence[ComputerAccount],
        managed: Sequence[ManagedAccount],
        trusts: Sequence[Trust],
    ) -> None:
        self.domain = domain
        self._kin = {t.sid for t in trusts if t.within_forest and t.sid}
        self._groups = {g.sid: g for g in groups}
        self._accounts: dict[str, tuple[str, str, str]] = {c.sid: (c.dn, c.name, "computer") for c in computers}
        self._accounts |= {m.sid: (m.dn, m.name, "managed") for m in managed}
        self._accounts |= {u.sid: (u.dn, u.name, "user") for u in users}
        self._by_dn = {g.dn.casefold(): g for g in groups}
        self._members: dict[str, list[str | None]] = defaultdict(list)
        for m in memberships:
            self._members[m.group_dn.casefold()].append(m.member_dn.casefold() if m.member_dn is not None else None)
        accounts: list[DirectoryUser | ComputerAccount] = [*users, *computers]
        self._homeless = {a.dn.casefold() for a in accounts if a.primary_group is None}  # each a member of one group more
        for a in accounts:
            if (home := self._groups.get(f"{a.sid.rpartition('-')[0]}-{a.primary_group}")) is not None:
                self._members[home.dn.casefold()].append(a.dn.casefold())
        rulers = [g for g in groups if g.sid == BUILTIN_ADMINISTRATORS or (g.rid in ADMINS and g.sid == f"{domain}-{g.rid}")]
        self._admins, self._admin_groups, self._sure = self._below(g.dn.casefold() for g in rulers)

    def _below(self, tops: Iterable[str]) -> tuple[set[str], set[str], bool]:
        """Accounts and groups (the tops among them), and whether all members of all could be read."""
        groups, accounts, whole = set(tops), set(), True
        left = list(groups)
        while left:
            for dn in self._members.get(left.pop(), ()):
                if dn is None:
                    whole = False
                elif dn not in self._by_dn:
                    accounts.add(dn)
                elif dn not in groups:
                    groups.add(dn)
                    left.append(dn)
        return accounts, groups, whole

    def judge(self, sid: str, may: str = "") -> Judged:
        """may: a right of `DirectoryRight`: some groups have one by design."""
        if anybody((sid,)):
            group = self._groups.get(sid)
            return Judged(group.name if group else WELL_KNOWN.get(sid, sid), "everybody", True, False, True)
        prefix, _, last = sid.rpartition("-")
        if sid.startswith("S-1-5-21-") and prefix != self.domain:
            return self._foreign(sid, prefix, int(last), may)
        rid = int(last) if prefix == self.domain else 0
        if (group := self._groups.get(sid)) is not None:
            return self._group(group, rid in ADMINS | {CONTROLLERS} or sid == BUILTIN_ADMINISTRATORS or _by_design(rid, may))
        if (account := self._accounts.get(sid)) is not None:
            dn, name, kind = account
            sure = self._sure and dn.casefold() not in self._homeless
            admin = True if rid == ADMINISTRATOR or dn.casefold() in self._admins else (False if sure else None)
            return Judged(name, kind, False, admin, None if admin is None else not admin)
        if rid == ADMINISTRATOR or rid in ADMINS | {CONTROLLERS} or (rid and _by_design(rid, may)):
            return Judged(sid, "", False, True, False)
        return Judged(sid, "", False, None, None)

    def _group(self, group: DirectoryGroup, ruling: bool) -> Judged:
        dn = group.dn.casefold()
        if ruling or dn in self._admin_groups:
            return Judged(group.name, "group", False, True, False)
        accounts, _, whole = self._below([dn])
        whole = whole and not self._homeless
        strangers = accounts - self._admins - self._homeless
        if strangers:  # whoever could not be seen to be an administrator may still be one
            return Judged(group.name, "group", False, False if self._sure else None, True if self._sure else None)
        return Judged(group.name, "group", False, False if self._sure else None, False if whole else None)

    def _foreign(self, sid: str, domain: str, rid: int, may: str) -> Judged:
        """Administrators of the forest's root rule this domain too; those of other domains of the forest, and all others, do not."""
        if rid in FOREST_WIDE or rid == READ_ONLY_CONTROLLERS or rid in KEY_ADMINS:
            design = rid in FOREST_WIDE or _by_design(rid, may)
            admin = design if domain in self._kin else None
            return Judged(sid, "foreign", False, admin, None if admin is None else not admin)
        return Judged(sid, "foreign", False, False, True)


def _by_design(rid: int, may: str) -> bool:
    return (rid in KEY_ADMINS and may == "WriteKeyCredentialLink") or (rid == READ_ONLY_CONTROLLERS and may == "GetChanges")
