"""auditkit kb"""

from __future__ import annotations

from pathlib import Path

from auditkit.api import Client
from auditkit.cli.common import print_json, say
from auditkit.i18n import Lang


def kb(client: Path | None = None, *, out: Path | None = None, lang: Lang = "ru", snapshot: int | None = None, json: bool = False) -> int:
    """Write the knowledge base of a snapshot (the newest): pages that open from disk.

    Parameters
    ----------
    client:
        folder of a client; without it ./audit
    out:
        folder for the pages instead of the workspace's kb/
    lang:
        ru or en
    snapshot:
        number of a snapshot
    json:
        print one JSON object on stdout
    """
    opened = Client.existing(client)
    with opened.assessed(snapshot) as a:
        index = opened.kb(a, lang, out)
    if json:
        print_json("kb", snapshot=a.snapshot.id, files=[{"kind": "kb", "lang": lang, "path": str(index)}])
    else:
        say("cli.file", path=str(index))
    return 0
