"""auditkit decide"""

from __future__ import annotations

import getpass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from auditkit.api import Client
from auditkit.checking import load_checklists
from auditkit.cli.common import print_json, say
from auditkit.errors import UsageError
from auditkit.i18n import Lang
from auditkit.model import Decision
from auditkit.transports.base import now

Kind = Literal["accept", "revoke", "word", "approve"]
KINDS = {"accept": "accepted", "revoke": "revoked", "word": "edited", "approve": "approved"}


def decide(
    kind: Kind,
    subject: str,
    client: Path | None = None,
    *,
    why: str,
    who: str | None = None,
    until: date | None = None,
    text: str = "",
    lang: Lang | None = None,
    json: bool = False,
) -> int:
    """Record what a person settled. It survives every re-run, and the report says who, when and why.

    Parameters
    ----------
    kind:
        accept a risk, revoke an acceptance, word a finding anew, approve a snapshot's report
    subject:
        CHECK/ASSET or CHECK (accept, revoke), CHECK (word), snapshot:N (approve)
    client:
        folder of the client; without it ./audit
    why:
        the reason, for whoever reads it next year
    who:
        who decided; the user of this machine if not given
    until:
        last day on which an acceptance holds (YYYY-MM-DD); without it until revoked
    text:
        the new wording of a finding (word)
    lang:
        language of the wording; without it for both
    json:
        print one JSON object on stdout
    """
    opened = Client.existing(client)
    _check(opened, kind, subject, text, until)
    made = Decision(KINDS[kind], subject, who or getpass.getuser(), why, now(), until, text, lang or "")
    opened.decide(made)
    if json:
        print_json("decide", kind=made.kind, subject=subject, who=made.who, until=until.isoformat() if until else None)
    else:
        say("cli.decided", kind=made.kind, subject=subject)
    return 0


def _check(opened: Client, kind: Kind, subject: str, text: str, until: date | None) -> None:
    """A decision about a rule that does not exist would be silently without effect."""
    if kind == "approve":
        if not subject.startswith("snapshot:") or not subject[9:].isdigit():
            raise UsageError(f"subject {subject!r}: approve takes snapshot:NUMBER")
        with opened.store() as store:
            store.snapshot(int(subject[9:]))
        return
    item, _, asset = subject.partition("/")
    known = {i.id for c in load_checklists(opened.workspace.path) for i in c.items}
    if item not in known:
        raise UsageError(f"subject {subject!r}: there is no rule {item}; `auditkit check --all` shows them")
    if asset and kind in ("accept", "revoke"):
        with opened.assessed() as a:
            assets = sorted({v.asset for v in a.verdicts})
        if asset not in assets:
            raise UsageError(f"subject {subject!r}: there is no {asset} in the newest snapshot; it has {', '.join(assets[:12])}")
    if until is not None and until < datetime.now(UTC).date():
        raise UsageError(f"--until {until}: that day is over; give the last day on which the acceptance holds")
    if kind == "word" and (not text.strip() or asset):
        raise UsageError("word: takes the id of a rule as subject, and --text with the new wording")
    if kind != "accept" and until is not None:
        raise UsageError("--until belongs to accept alone")
