"""auditkit check"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from auditkit.api import Client
from auditkit.checking import CheckVerdict
from auditkit.cli.common import FailOn, exit_code, print_json, say, table, tongue
from auditkit.reporting.sections.findings import in_words, objects

FIRST = 20


def check(
    client: Path | None = None, *, snapshot: int | None = None, all: bool = False, fail_on: FailOn = "none", json: bool = False
) -> int:
    """Print the verdicts of all checklists on a snapshot (the newest).

    Parameters
    ----------
    client:
        folder of a client; without it ./audit
    snapshot:
        number of a snapshot
    all:
        also what is fine and what does not apply
    fail_on:
        exit with 1 where a finding has this severity or more (1 to 4)
    json:
        print one JSON object on stdout, with every verdict
    """
    opened = Client.existing(client)
    with opened.assessed(snapshot) as a:
        if json:
            told = [_told(v, a.book) for v in a.verdicts]
            print_json("check", snapshot=a.snapshot.id, as_of=a.as_of.isoformat(), verdicts=told, without_rules=a.unruled)
        else:
            shown = [v for v in a.verdicts if all or v.state in ("alarm", "unknown")]
            lang = tongue()
            rows = [(v.item.id, v.asset, v.state, (v.item.title.ru if lang == "ru" else v.item.title.en), _why(v, lang)) for v in shown]
            for platform, assets in a.unruled.items():
                say("cli.no_rules", platform=platform, n=len(assets), names=", ".join(assets[:10]))
            table(("check", "asset", "verdict", "title", "why"), rows)
        return exit_code((), a, fail_on)


def _why(v: CheckVerdict, lang: str) -> str:
    return objects(v, lang) if v.state in ("alarm", "accepted") else v.why


def _told(v: CheckVerdict, book: Any) -> dict[str, Any]:
    first = [{"ref": o.ref, "text": in_words(v.item.parts[o.part], o, "en")} for o in v.objects[:FIRST]]
    evidence = sorted({f"{e.target}/{e.probe}/{e.arg}" if e.arg else f"{e.target}/{e.probe}" for r in v.rests_on for e in book.origins(r)})
    return {
        "check": v.item.id,
        "version": v.item.version,
        "asset": v.asset,
        "verdict": v.state,
        "severity": v.item.severity,
        "why": v.why,
        "objects": {"total": v.total, "first": first},
        "evidence": evidence,
    }
