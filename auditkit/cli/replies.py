"""auditkit replies"""

from __future__ import annotations

from pathlib import Path

import msgspec

from auditkit.api import Client
from auditkit.cli.common import print_json, say
from auditkit.errors import EvidenceError, UsageError
from auditkit.model import Unknown
from auditkit.store.store import CUT_SHORT
from auditkit.transports.replay import Kept
from auditkit.workspace.files import write_whole


def replies(target: str, file: Path, client: Path | None = None, *, snapshot: int | None = None, json: bool = False) -> int:
    """Write what a target answered into a file that `transport: replay` asks again. Secret replies are left out and counted.

    Parameters
    ----------
    target:
        id of the target
    file:
        where to write
    client:
        folder of a client; without it ./audit
    snapshot:
        number of a snapshot (the newest)
    json:
        print one JSON object on stdout
    """
    lines: list[bytes] = []
    left = 0
    with Client.existing(client).store() as store:
        answers = [a for a in store.answers(store.snapshot(snapshot).id) if a.question.target == target]
        if not answers:
            raise UsageError(f'{target}: no answer of it in this snapshot; `auditkit query "select targets from asset"` names them')
        for a in answers:
            if a.secret or a.evidence is None:
                left += 1
                continue
            try:
                cause = next((c for c in CUT_SHORT if c == a.cause), None)
                cut = Unknown(a.why, cause=cause) if cause else None
                lines.append(msgspec.json.encode(Kept.of(a.question.probe, a.command, store.reply(a), cut)))
            except EvidenceError as e:
                raise UsageError(f"{target}/{a.question.probe}: {e}") from e
    write_whole(file, b"\n".join(lines) + b"\n")
    if json:
        print_json("replies", file=str(file), written=len(lines), left_out=left)
    else:
        say("cli.replies", path=str(file), written=len(lines), left=left)
    return 0
