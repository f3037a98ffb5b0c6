"""auditkit report"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from auditkit.api import Client
from auditkit.cli.common import Languages, langs, print_json, say, tongue
from auditkit.reporting.words import words


def report(
    client: Path | None = None,
    *,
    out: Path | None = None,
    lang: Languages = "ru",
    snapshot: int | None = None,
    as_of: date | None = None,
    json: bool = False,
) -> int:
    """Write docx, xlsx and html of a snapshot (the newest), without asking anybody anything.

    Parameters
    ----------
    client:
        folder of a client; without it ./audit
    out:
        folder for the deliverables instead of the workspace's own
    lang:
        ru, en or both
    snapshot:
        number of a snapshot
    as_of:
        the day the report speaks of (YYYY-MM-DD), today if not given
    json:
        print one JSON object on stdout
    """
    opened = Client.existing(client)
    with opened.assessed(snapshot, as_of) as a:
        made = [opened.report(a, one, out) for one in langs(lang)]
    files = [f for m in made for f in m.files]
    notices = list(dict.fromkeys(n for m in made for n in m.notices))
    if json:
        told = [{"kind": f.kind, "lang": f.lang, "path": str(f.path)} for f in files]
        print_json("report", snapshot=a.snapshot.id, files=told, notices=[words(n, "en") for n in notices])
        return 0
    for n in notices:
        say("cli.notice", text=words(n, tongue()))
    for f in files:
        say("cli.file", path=str(f.path))
    return 0
