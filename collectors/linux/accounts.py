"""Accounts and groups as the host resolves them (getent(1): files and what nsswitch.conf lists whole), else from the files."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.model.shared.access import Account, AccountGroup
from auditkit.probing import NotUnderstood, Reply, probe

_NO_SHELL = ("nologin", "false", "sync", "halt", "shutdown", "true")


@probe("linux.accounts", "getent passwd")
def accounts(reply: Reply) -> Iterator[Account]:
    """passwd(5): seven fields; lines of NIS (+user) are not accounts themselves."""
    rows = dict.fromkeys(map(_account, (s for s in reply.lines() if s[0] not in "+-#")))
    if not rows:
        raise NotUnderstood("not one account")
    yield from rows


def _account(line: str) -> Account:
    cells = line.split(":")
    if len(cells) != 7:
        raise NotUnderstood(f"no account: {line[:40]!r}")
    name, _, uid, gid, gecos, home, shell = cells
    interactive = shell.rpartition("/")[2] not in _NO_SHELL
    return Account(name=name, uid=int(uid), gid=int(gid), gecos=gecos, home=home, shell=shell, interactive=interactive)


@accounts.otherwise("cat /etc/passwd")
def _(reply: Reply) -> Iterator[Account]:
    if any(line[0] == "+" for line in reply.lines()):
        raise NotUnderstood("accounts of NIS are mixed in, and getent is missing to list them")
    yield from accounts.read(reply)


@probe("linux.groups", "getent group")
def groups(reply: Reply) -> Iterator[AccountGroup]:
    """group(5): four fields."""
    rows = dict.fromkeys(map(_group, (s for s in reply.lines() if s[0] not in "+-#")))
    if not rows:
        raise NotUnderstood("not one group")
    yield from rows


@groups.otherwise("cat /etc/group")
def _(reply: Reply) -> Iterator[AccountGroup]:
    yield from groups.read(reply)


def _group(line: str) -> AccountGroup:
    name, _, gid, members = line.split(":")
    return AccountGroup(name=name, gid=int(gid), members=tuple(m for m in members.split(",") if m))
