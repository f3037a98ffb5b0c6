"""auditkit verify"""

from __future__ import annotations

from pathlib import Path

from auditkit.api import Client
from auditkit.cli.common import out, print_json, say
from auditkit.text import one_line


def verify(file: Path, client: Path | None = None, *, json: bool = False) -> int:
    """Take the statements out of a docx, xlsx or html and derive each again from stored evidence; exit 1 where one does not hold.

    It also fails where a statement is missing or stands in another place, where other text was changed or added, and where answers are
    not those that the collection sealed. Of people's decisions those made by the day the document speaks of count.

    Parameters
    ----------
    file:
        a document that auditkit wrote; it may have been saved by another program since
    client:
        folder of the client; without it ./audit
    json:
        print one JSON object on stdout
    """
    found = Client.existing(client, file).verify(file)
    code = 0 if found.good else 1
    if json:
        failed = [
            {"id": f.id, "location": f.location, "cause": f.cause, "text": f.text, "derived": f.derived, "why": f.why} for f in found.failed
        ]
        closed = [{"id": s.id, "location": s.location} for s in found.not_checkable]
        print_json(
            "verify",
            statements=found.statements,
            holds=found.holds,
            declared=found.declared,
            not_checkable=closed,
            failed=failed,
            seal=found.seal,
            unchecked_text=found.unchecked_text,
            unchecked_pictures=found.unchecked_pictures,
            exit=code,
        )
        return code
    for f in found.failed:
        out(f"{f.cause}: {f.location}: {one_line(f.text, 120)!r} {'-> ' + repr(one_line(f.derived, 120)) if f.derived else ''} ({f.why})")
    say(
        "cli.verify.sum",
        statements=found.statements,
        holds=found.holds,
        failed=len(found.failed),
        not_checkable=len(found.not_checkable),
        declared=found.declared,
    )
    say("cli.verify.around", text=found.unchecked_text, pictures=found.unchecked_pictures)
    if found.seal == "missing":
        say("cli.verify.unsealed")
    return code
