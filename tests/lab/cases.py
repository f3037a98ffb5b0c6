"""Recorded cases of replies: `tests/replies/<probe>/<product-version-case>/{stdout,stderr,meta.yaml,facts.json}`.

meta.yaml: product, recorded (false = written anew after public documentation, or damaged by hand), source (where `recorded` is
false), host and date (where it is true), command, way, code, root, arg, outcome (found | absent | unknown), why (unless found),
sha256 of the two streams. facts.json: the facts a reader must make of it, each with the name of its table, in the reader's order;
of an unknown, those that were read before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import yaml

from auditkit.model import Found, Outcome, Unknown, table_name
from auditkit.probing import Probe, Reply

REPLIES = Path(__file__).parents[1] / "replies"
ORDER = (
    "product", "recorded", "source", "host", "date", "note", "command", "way", "code", "root", "arg", "outcome", "why", "sha256",
)  # fmt: skip
Meta = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One recorded case, as it lies on disk."""

    folder: Path
    meta: Meta
    stdout: bytes
    stderr: bytes

    @property
    def probe(self) -> str:
        return self.folder.parent.name

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def unreadable(self) -> bool:
        """Whether its bytes were damaged so that a reader must refuse them."""
        return self.name.endswith("unreadable")

    @property
    def reply(self) -> Reply:
        """What the transport brought (with an empty key: the keyed prints of secrets are the same everywhere)."""
        m = self.meta
        account = "root" if m["root"] else "auditor"
        return Reply(self.stdout, self.stderr, m["code"], _moment(m), account, m["arg"], m["way"], m.get("truncated", False), m["root"])

    @property
    def facts(self) -> list[Meta]:
        """What facts.json says."""
        return list(json.loads((self.folder / "facts.json").read_text("utf-8")))

    @property
    def sums(self) -> dict[str, str]:
        """SHA-256 of both streams."""
        return {"stdout": _sum(self.stdout), "stderr": _sum(self.stderr)}


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _moment(meta: Meta) -> datetime:
    """Noon UTC of the day it was recorded: a reader that needs the time of an answer (a year that a log leaves out) gets that."""
    day = meta.get("date")
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC) if day else datetime(2026, 1, 1, 12, tzinfo=UTC)


def load(folder: Path) -> Case:
    """The case in that folder."""
    meta = yaml.safe_load((folder / "meta.yaml").read_text("utf-8"))
    return Case(folder, meta, (folder / "stdout").read_bytes(), (folder / "stderr").read_bytes())


def folders(probe: str = "*") -> list[Path]:
    """Folders of cases, of one probe or of all."""
    return sorted(p.parent for p in REPLIES.glob(f"{probe}/*/meta.yaml"))


def every(probe: str = "*") -> Iterator[Case]:
    """Cases of one probe or of all, by name."""
    return (load(f) for f in folders(probe))


def facts_of(outcome: Outcome) -> list[Meta]:
    """The facts of an outcome as facts.json keeps them."""
    facts = outcome.facts if isinstance(outcome, Found) else outcome.seen if isinstance(outcome, Unknown) else ()
    rows = [{"table": table_name(type(f)), **msgspec.to_builtins(f)} for f in facts]
    return list(json.loads(json.dumps(rows)))


def said(outcome: Outcome) -> tuple[str, str]:
    """("found" | "absent" | "unknown", why)."""
    return type(outcome).__name__.lower(), "" if isinstance(outcome, Found) else outcome.why


def reread(case: Case, probe: Probe[Any]) -> Case:
    """Write meta.yaml and facts.json again as the reader of today has it."""
    outcome = probe.outcome(case.reply)
    kind, why = said(outcome)
    meta = {k: v for k, v in case.meta.items() if k != "why"}
    meta |= {"command": str(probe.commands[meta["way"]]), "outcome": kind, "sha256": case.sums} | ({"why": why} if why else {})
    ordered = {k: meta[k] for k in ORDER if k in meta} | {k: v for k, v in meta.items() if k not in ORDER}
    text = yaml.safe_dump(ordered, sort_keys=False, allow_unicode=True, width=140)
    (case.folder / "meta.yaml").write_text(text, "utf-8")
    (case.folder / "facts.json").write_text(json.dumps(facts_of(outcome), ensure_ascii=False, indent=1) + "\n", "utf-8")
    return replace(case, meta=ordered)


def write(probe: Probe[Any], name: str, meta: Meta, stdout: bytes, stderr: bytes) -> Case:
    """A new case: both streams as they are, meta.yaml and facts.json by today's reader. meta: what is not derived from the rest."""
    folder = REPLIES / probe.name / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "stdout").write_bytes(stdout)
    (folder / "stderr").write_bytes(stderr)
    return reread(Case(folder, meta, stdout, stderr), probe)
