"""What a file says of itself: which snapshot, as of when, by which checklists, in which language. One line in every format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

from auditkit.errors import UsageError
from auditkit.i18n import LANGS, Lang
from auditkit.reporting.document import Document

_HEAD = "auditkit:"


@dataclass(frozen=True, slots=True)
class Identity:
    """as_of: ISO 8601 date; checklists: digest of the items asked; tool: program and version that wrote it; issue: its number, 0 = none."""

    snapshot: str
    as_of: str
    checklists: str
    lang: Lang
    tool: str
    issue: int


def identity_line(document: Document, lang: Lang) -> str:
    """The line that goes into the file (at most 255 characters: a core property of OPC holds no more in Word)."""
    m = document.meta
    fields = {
        "snapshot": m.snapshot, "as_of": m.as_of.isoformat(), "checklists": m.checklists, "lang": lang, "tool": m.tool, "issue": m.version,
    }  # fmt: skip
    line = _HEAD + urlencode(fields)
    if len(line) > 255:
        raise ValueError(f"the document's own line has {len(line)} characters, 255 fit: {line}")
    return line


def identity_of(line: str, where: str) -> Identity:
    """The line read back. Raises UsageError where it is none of ours."""
    fields = {k: v[0] for k, v in parse_qs(line.removeprefix(_HEAD)).items()} if line.startswith(_HEAD) else {}
    wanted = ("snapshot", "as_of", "checklists", "lang", "tool", "issue")
    if any(k not in fields for k in wanted) or fields["lang"] not in LANGS or not re.fullmatch(r"[0-9]{1,9}", fields["issue"]):
        raise UsageError(f"{where}: it does not say which snapshot it was made from: give a file that auditkit wrote")
    lang: Lang = "ru" if fields["lang"] == "ru" else "en"
    return Identity(fields["snapshot"], fields["as_of"], fields["checklists"], lang, fields["tool"], int(fields["issue"]))
