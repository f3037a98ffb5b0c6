"""Accounts of the router, which no export names (`/user print detail`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from auditkit.model.shared.routeros import RouterUser
from auditkit.probing import Cli, NotUnderstood, Reply, probe
from auditkit.scrub import scrub

_WORD = re.compile(r'([a-z][a-z-]*)=("(?:[^"\\]|\\.)*"|.*?)(?=\s+[a-z][a-z-]*=|\s*$)')
_MONTHS = {m: n for n, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)}


def entries(reply: Reply) -> Iterator[tuple[str, str, dict[str, str]]]:
    """(flags, comment, properties) of a `print detail`: entries begin with a number, go on indented, a comment stands after ;;;.

    Raises NotUnderstood for a line that belongs to none.
    """
    flags, comment, text = "", "", ""
    started = False
    for number, line in enumerate(reply.lines(), 1):
        if line.startswith(("Flags:", "Columns:", "#")) or not line.strip():
            continue
        head = re.match(r"\s{0,3}\d+ +(?P<flags>[A-Z*](?: ?[A-Z*])* )?\s*(?:;;; (?P<comment>.*)|(?P<rest>.*))$", line)
        if head and not line.startswith("      "):
            if started:
                yield flags, comment, _properties(text)
            flags, comment = (head["flags"] or "").replace(" ", ""), (head["comment"] or "").strip()
            text, started = head["rest"] or "", True
        elif started and line.startswith(" "):
            text += f" {line.strip()}"
        else:
            raise NotUnderstood(f"line {number}: belongs to no entry")
    if started:
        yield flags, comment, _properties(text)


def _properties(text: str) -> dict[str, str]:
    return {name: value.strip('"').replace('\\"', '"') for name, value in _WORD.findall(text)}


@probe("routeros.users", Cli("/user print detail without-paging"), on=("routeros",))
def users(reply: Reply) -> Iterator[RouterUser]:
    """Flags: X disabled. A router without an account cannot be: no entry is not understood."""
    found = False
    for flags, comment, said in entries(reply):
        found = True
        yield RouterUser(
            name=said["name"], group_name=said.get("group", ""), enabled="X" not in flags,
            addresses=tuple(a for a in said.get("address", "").split(",") if a and a not in ("0.0.0.0/0", "::/0")),
            last=_moment(said.get("last-logged-in", "")), comment=scrub(comment),
        )  # fmt: skip
    if not found:
        raise NotUnderstood("no account at all")


def _moment(text: str) -> datetime | None:
    """nov/20/2026 10:11:12 (6) or 2026-11-20 10:11:12 (7), by the router's clock without a zone: taken as UTC, right to half a day."""
    if not text or text == "never":
        return None
    m = re.fullmatch(r"([a-z]{3})/(\d\d)/(\d{4}) (\d\d):(\d\d):(\d\d)", text)
    if m:
        return datetime(int(m[3]), _MONTHS[m[1]], int(m[2]), int(m[4]), int(m[5]), int(m[6]), tzinfo=UTC)
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
