"""Computers that have an account in a directory: every one of them is a candidate for a target."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from auditkit.collecting.discover_mentions import Tables

AWAY_DAYS = 90  # lastLogonTimestamp is right to about 14 days (MS-ADA1)
_SYSTEMS: tuple[tuple[str, str], ...] = (
    ("windows", r"(?i)\bwindows\b"),
    ("linux", r"(?i)linux|samba|ubuntu|debian|centos|red ?hat|rhel|suse|fedora|astra|ред ?ос|red ?os|\bальт|\balt\b|rosa"),
)


@dataclass(frozen=True, slots=True)
class Account:
    """address: its DNS name. platform: by what the account says of its system, "" = it says nothing that is known.

    role: controller, server, workstation, other, "" = not told. seen: day of its last logon, None = never, or not seen.
    alive: logged on within AWAY_DAYS; None = cannot be told. by: the targets that told it.
    """

    address: str
    name: str
    os: str
    platform: str
    role: str
    seen: date | None
    alive: bool | None
    by: tuple[str, ...]


def accounts(book: Tables, today: date) -> list[Account]:
    """Enabled accounts of computers that are no asset that was asked: servers first, then by name.

    Whether an account is enabled may be unseen: then it is one of them, for a machine too many is struck out more easily than found.
    """
    if "directory_computer" not in book.types:
        return []
    made: dict[str, Account] = {}
    for row in book.table("directory_computer"):
        if row["asset"] in book.resolution.own or row["enabled"] == 0:
            continue
        address = str(row["fqdn"] or row["name"] or "").rstrip("$").lower()
        if not address:
            continue
        by = str(row["question"]).partition("/")[0]
        before = made.get(address)
        os = str(row["os"] or "")
        targets = tuple(sorted({by, *(before.by if before else ())}))
        role = str(row["role"] or "")
        seen = _day(row["last_logon"])
        made[address] = Account(address, str(row["name"] or address), os, platform_of(os), role, seen, _alive(row, today), targets)
    return sorted(made.values(), key=lambda a: (_order(a.role), a.address))


def _alive(row: Mapping[str, Any], today: date) -> bool | None:
    """A computer that never logged on is gone when its account is old itself; a new one has perhaps not been started yet."""
    last = _day(row["last_logon"]) or (_day(row["created"]) if row["never_logged_on"] else None)
    if last is None:
        return None
    recent = last >= today - timedelta(days=AWAY_DAYS)
    return recent if row["last_logon"] else None if recent else False


def _day(at: str | None) -> date | None:
    return datetime.fromisoformat(at).date() if at else None


def platform_of(os: str) -> str:
    """The platform that asks such a system; "" where its words say none.

    >>> platform_of("Windows Server 2019 Standard"), platform_of("РЕД ОС"), platform_of("unknown")
    ('windows', 'linux', '')
    """
    return next((name for name, pattern in _SYSTEMS if re.search(pattern, os[:200])), "")


def only_accounts(sources: Iterable[tuple[str, str]]) -> bool:
    """Whether a mention (its sources) comes from accounts alone: then it is told as one."""
    return all(table == "directory_computer" for table, _ in sources)


def _order(role: str) -> int:
    order = ("controller", "server", "", "other", "workstation")
    return order.index(role) if role in order else len(order)
