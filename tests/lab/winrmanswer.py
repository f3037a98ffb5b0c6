"""What the collecting script would write on a computer: recorded replies of its sections, put into its frame as `_tail.ps1` does.

The frame is made here by itself, after the words of the runtime, so that a slip of the reader is not repeated.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from auditkit.probing import PowerShell
from auditkit.registry import registry
from tests.lab.cases import every

SECTION = re.compile(r"^Section '([a-z0-9_]+)' \{$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Said:
    """What a section sends: its rows, its code, and its words where it failed."""

    rows: bytes
    code: int = 0
    words: str = ""


@cache
def recorded(*wanted: str) -> Mapping[str, Said]:
    """The recorded replies of the sections: of each probe the first case of these names that it has, else its first readable one."""
    found: dict[str, Said] = {}
    for probe in registry().probes_on("windows"):
        for way, command in enumerate(probe.commands):
            if not isinstance(command, PowerShell) or command.section in found:
                continue
            cases = {c.name: c for c in every(probe.name) if not c.unreadable and c.meta["way"] == way}
            chosen = next((cases[name] for name in wanted if name in cases), next(iter(cases.values()), None))
            if chosen is not None:
                found[command.section] = Said(chosen.stdout, chosen.meta["code"], chosen.stderr.decode())
    return found


def raw(
    sections: Iterable[str], said: Mapping[str, Said], computer: str = "SRV1", account: str = "CORP\\audit", admin: bool = True
) -> bytes:
    """The lines that the script packs. A section nobody recorded ends as one whose class does not exist."""
    who = {"account": account, "computer": computer, "admin": admin, "at": "2026-11-22T06:30:00Z"}
    lines = [_line({"auditkit": "windows/1", "ps": "5.1.17763.1", **who})]
    for name in sections:
        one = said.get(name, Said(b"", 127))
        lines.append(_line({"section": name}))
        lines += [row + b"\n" for row in one.rows.split(b"\n") if row.strip()]
        lines.append(_line({"end": name, "code": one.code, "msg": one.words, "ms": 7}))
    return b"".join(lines)


def _line(row: dict[str, object]) -> bytes:
    return json.dumps(row).encode("ascii") + b"\n"


def framed(lines: bytes, level: int = 6) -> bytes:
    """The answer as it is written to standard output."""
    packed = base64.b64encode(gzip.compress(lines, level, mtime=0))
    return b"\n<<<AUDITKIT1 %d %s>>>\n%s\n<<<END>>>\n" % (len(lines), hashlib.sha256(lines).hexdigest().encode(), packed)
