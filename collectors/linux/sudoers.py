"""Who may act as root: sudoers(5), doas.conf(5), uid 0, and groups whose members can take root's rights."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditkit.model import fact
from auditkit.model.shared.access import Account, AccountGroup, AdminRight
from auditkit.probing import NotUnderstood, Reply, Shell, derived, probe

from ._readings import NO_FILE, grepped, headed
from ._sudoers import Sudoers

_READ = ("/etc/sudoers.d", "/etc/sudoers.d/", "/usr/etc/sudoers.d", "/private/etc/sudoers.d")
# docker(1) run -v /:/host; lxc(1) with security.privileged; disk: debugfs on the raw device
_LIKE_ROOT = {"docker": "socket of docker", "lxd": "socket of lxd", "incus-admin": "socket of incus", "disk": "raw disks"}

_DOAS = re.compile(
    r"(permit|deny)((?:\s+(?:nopass|nolog|persist|keepenv|setenv\s*\{[^}]*\}))*)\s+(\S+)(?:\s+as\s+(\S+))?(?:\s+cmd\s+(.*))?$"
)


@fact(key=("tool", "who", "alias", "run_as", "command", "file"))
class SudoRule:
    """A rule of sudo or doas with its aliases replaced. who: account, %group, #uid, ALL, !who as written."""

    tool: str
    who: str
    alias: str
    run_as: str
    command: str
    nopasswd: bool
    file: str


@probe(
    "linux.sudoers",
    Shell("tail -v -n +1 -- /etc/sudoers /usr/etc/sudoers /etc/sudoers.d/* /usr/etc/sudoers.d/*", root=True),
    codes=(0, 1),
    harmless=NO_FILE,
    no_file="no sudo here",
    secret=True,
)
def sudoers(reply: Reply) -> Iterator[SudoRule]:
    """Whole files; in sudoers.d sudo itself passes over names with a dot or a tilde at the end."""
    read = Sudoers()
    files = dict(headed(reply))
    own = "/etc/sudoers" if "/etc/sudoers" in files else "/usr/etc/sudoers"
    for file, text in files.items():
        name = file.rpartition("/")[2]
        if file == own or ("sudoers.d/" in file and "." not in name and not name.endswith("~")):
            read.add(file, text)
    rows = {SudoRule(tool="sudo", who=r.who, alias=r.alias, run_as=r.run_as, command=r.command, nopasswd=r.nopasswd, file=r.file): None
            for r in read.rules()}  # fmt: skip
    yield from rows
    other = [i for i in read.includes if i not in _READ and i not in files]
    if other:
        raise NotUnderstood(f"rules also lie in {', '.join(other)}, which was not read")


@probe(
    "linux.doas",
    Shell("grep -HE '^[[:space:]]*[^#[:space:]]' /etc/doas.conf /etc/doas.d/*.conf", root=True),
    codes=(0, 1, 2),
    harmless=NO_FILE,
    no_file="no doas here",
)
def doas(reply: Reply) -> Iterator[SudoRule]:
    """`permit [options] identity [as target] [cmd command [args ...]]`, a group as :name."""
    for file, line in grepped(reply):
        row = _DOAS.match(line)
        if not row:
            raise NotUnderstood(f"no rule of doas: {line[:80]!r}")
        who = row[3].replace(":", "%", 1)
        yield SudoRule(
            tool="doas", who=f"!{who}" if row[1] == "deny" else who, alias="", run_as=row[4] or "ALL", command=row[5] or "ALL",
            nopasswd="nopass" in row[2], file=file,
        )  # fmt: skip


@derived("host.admin_rights")
def admin_rights(accounts: Sequence[Account], groups: Sequence[AccountGroup], rules: Sequence[SudoRule]) -> Iterator[AdminRight]:
    """A row for each account and right; groups are replaced by their members, primary ones too. root itself is none."""
    members = {g.name: _members(g, accounts) for g in groups}
    by_gid = {str(g.gid): g.name for g in groups}
    names = {str(a.uid): a.name for a in accounts}
    rows: dict[tuple[str, str, str, str], AdminRight] = {}
    for row in [*_by_rule(rules, members, by_gid, names), *_by_nature(accounts, members)]:
        key = (row.who, row.via, row.run_as, row.what)
        if row.who != "root" and (key not in rows or row.nopasswd):
            rows[key] = row
    yield from rows.values()


def _members(group: AccountGroup, accounts: Sequence[Account]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*group.members, *(a.name for a in accounts if a.gid == group.gid)]))


def _by_rule(
    rules: Sequence[SudoRule], members: dict[str, tuple[str, ...]], by_gid: dict[str, str], names: dict[str, str]
) -> Iterator[AdminRight]:
    for rule in rules:
        group = rule.who.removeprefix("%")
        group = by_gid.get(group.removeprefix("#"), group) if group.startswith("#") else group
        if rule.who.startswith("!"):
            continue
        if rule.who.startswith("%") and group in members:
            who, via = members[group], f"%{group}"
        else:
            who, via = (names.get(rule.who.removeprefix("#"), rule.who) if rule.who.startswith("#") else rule.who,), rule.alias
        for name in who:
            yield AdminRight(who=name, via=via, what=rule.command, run_as=rule.run_as, nopasswd=rule.nopasswd, source=rule.file)


def _by_nature(accounts: Sequence[Account], members: dict[str, tuple[str, ...]]) -> Iterator[AdminRight]:
    for account in accounts:
        if account.uid == 0:
            yield AdminRight(who=account.name, via="", what="uid 0", run_as="root", nopasswd=True, source="passwd")
    for group, why in _LIKE_ROOT.items():
        for name in members.get(group, ()):
            yield AdminRight(who=name, via=f"%{group}", what=why, run_as="root", nopasswd=True, source="group")
