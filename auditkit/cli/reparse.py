"""auditkit reparse"""

from __future__ import annotations

from pathlib import Path

from auditkit.api import Client
from auditkit.cli.common import print_json, say


def reparse(client: Path | None = None, *, snapshot: int | None = None, json: bool = False) -> int:
    """Read the stored answers of a snapshot (the newest) again with the readers of today; nobody is asked.

    Parameters
    ----------
    client:
        folder of a client; without it ./audit
    snapshot:
        number of a snapshot
    json:
        print one JSON object on stdout
    """
    read, changed = Client.existing(client).reparse(snapshot)
    if json:
        print_json("reparse", read=read, changed=changed)
    else:
        say("cli.reparsed", read=read, changed=changed)
    return 0
