"""auditkit collect"""

from __future__ import annotations

from pathlib import Path

from auditkit.api import Client
from auditkit.cli.common import ask_secret, exit_code, print_json, progress, say
from auditkit.collecting import target_states


def collect(client: Path | None = None, *, probe: tuple[str, ...] = (), new: bool = False, json: bool = False) -> int:
    """Ask every target and keep the answers; nothing is written about them yet.

    Parameters
    ----------
    client:
        folder of a client; without it this very machine, in ./audit
    probe:
        ask this probe alone (may be given several times)
    new:
        start a new snapshot even where an unfinished one is younger than 24 hours
    json:
        print one JSON object on stdout
    """
    opened = Client.open(client, probe)
    with progress() as shown:
        snapshot = opened.collect(new=new, progress=shown, prompt=ask_secret)
    with opened.store() as store:
        # One by one: a thousand hosts have more answers than should be in memory at once.
        ids, number = [t.id for t in snapshot.targets], snapshot.id
        states = [s for t in ids for s in target_states(store.questions(number, t), store.answers(number, t), [t])]
    code = exit_code(states, None, "none")
    if json:
        told = [{"id": s.id, "state": s.state, "cause": s.cause or None, "message": s.message} for s in states]
        counts = {k: sum(getattr(s, k) for s in states) for k in ("found", "absent", "unknown")}
        print_json("collect", snapshot=snapshot.id, targets=told, coverage=counts, exit=code)
        return code
    for s in states:
        if s.cause:
            say("cli.target", id=s.id, state=s.state, cause=s.cause, message=s.message)
    say(
        "cli.collected",
        id=snapshot.id,
        found=sum(s.found for s in states),
        absent=sum(s.absent for s in states),
        unknown=sum(s.unknown for s in states),
    )
    return code
