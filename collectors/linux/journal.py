"""Errors of the last seven days in the journal (journalctl(1), priority error and worse), counted by unit and wording."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from auditkit.model.shared.software import JournalError
from auditkit.probing import NotUnderstood, Reply, Shell, probe
from auditkit.text import decode, one_line

MOST = 2000  # lines asked for
_NUMBER = re.compile(r"0x[0-9a-f]+|\b[0-9a-f]{8,}\b|\d+", re.I)

# Without a journal journalctl answers with silence, as it does where nothing went wrong.
_KEPT = (
    'set -- /run/log/journal/*/system.journal /var/log/journal/*/system.journal; test -e "$1" || test -e "$2" || '
    "{ echo 'no journal is kept here' >&2; exit 3; }; "
)


# Without root it shows one's own messages only.
@probe(
    "linux.journal_errors",
    Shell(f"{_KEPT}journalctl --no-pager -p 3 -o json --since=-7days -n {MOST}", root=True, seconds=60),
    none=b"-- No entries --",
    missing="no journal of systemd here",
)
def journal_errors(reply: Reply) -> Iterator[JournalError]:
    """A JSON object a line (systemd.journal-fields(7)). As many lines as were asked for: there may be more of everything."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    lines = 0
    for line in reply.lines():
        if line.startswith("-- No entries"):
            continue
        entry = json.loads(line)
        lines += 1
        unit = _text(entry.get("UNIT") or entry.get("_SYSTEMD_UNIT") or entry.get("SYSLOG_IDENTIFIER") or "")
        groups.setdefault((unit, _NUMBER.sub("#", _text(entry.get("MESSAGE")))), []).append(entry)
    shown: set[tuple[str, str]] = set()
    for (unit, _), entries in groups.items():
        times = sorted(int(e["__REALTIME_TIMESTAMP"]) for e in entries)
        message = one_line(_text(entries[0].get("MESSAGE")), 300)
        if (unit, message) not in shown:  # two wordings may differ beyond what is shown
            shown.add((unit, message))
            yield JournalError(
                unit=unit, message=message, times=len(entries), priority=min(int(e["PRIORITY"]) for e in entries),
                first_at=_time(times[0]), last_at=_time(times[-1]),
            )  # fmt: skip
    if lines >= MOST:
        raise NotUnderstood(f"more than {MOST} errors in a week: only the newest were counted")


def _text(value: object) -> str:
    """A field is text, null where it was too long, a list of bytes where it is no text, a list of texts where it came twice."""
    if isinstance(value, list) and value and all(isinstance(v, int) for v in value):
        return decode(bytes(value))
    if isinstance(value, list):
        return " ".join(_text(v) for v in value)
    return value if isinstance(value, str) else ""


def _time(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds // 1_000_000, UTC)
