"""auditkit discover"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from auditkit.api import Client
from auditkit.cli.common import exit_code, print_json, progress, say, tongue
from auditkit.collecting import target_states
from auditkit.collecting.discovering import propose_targets, run_discovery
from auditkit.errors import UsageError
from auditkit.i18n import Lang


def discover(
    client: Path,
    *,
    range: tuple[str, ...] = (),
    rate: float | None = None,
    snmp: str | None = None,
    from_facts: bool = False,
    lang: Lang | None = None,
    json: bool = False,
) -> int:
    """Look for devices without any login, within what client.yaml says was permitted; writes targets.proposed.yaml.

    Parameters
    ----------
    client:
        folder of a client; its client.yaml must hold the permission: who, ranges, dates
    range:
        networks or ranges to look at; all that is permitted if not given
    rate:
        connections a second
    snmp:
        reference to a credential whose password is an SNMP v2c community
    from_facts:
        send nothing: propose what collected facts mention (every computer account of a domain, neighbours, routes); needs no permission
    lang:
        language of the comments in targets.proposed.yaml
    json:
        print one JSON object on stdout
    """
    opened = Client.open(client)
    today = datetime.now(UTC).astimezone().date()
    if from_facts:
        return _from_facts(opened, today, lang or tongue(), json, bool(range or rate or snmp))
    with progress() as shown, opened.store() as store:
        store.writable()
        snapshot = run_discovery(opened.workspace, store, opened.registry, range, today, rate, snmp, shown)
        states = target_states(store.questions(snapshot.id), store.answers(snapshot.id), [t.id for t in snapshot.targets])
    with opened.assessed(snapshot.id) as a:
        file, found = propose_targets(opened.workspace, a.book, lang or tongue(), range, today)
    mine = [s for s in states if s.id.startswith("range-")]
    code = exit_code(mine, None, "none")
    if json:
        told: list[dict[str, Any]] = [{"id": s.id, "state": s.state, "cause": s.cause or None, "message": s.message} for s in mine]
        print_json("discover", snapshot=snapshot.id, ranges=told, seen=found, file=str(file), exit=code)
        return code
    for s in mine:
        if s.cause:
            say("cli.target", id=s.id, state=s.state, cause=s.cause, message=s.message)
    say("cli.file", path=str(file))
    return code


def _from_facts(opened: Client, today: date, lang: Lang, json: bool, sweeping: bool) -> int:
    """The proposal from the newest snapshot alone. Raises UsageError where options of a sweep are given as well."""
    if sweeping:
        raise UsageError("--from-facts sends nothing: leave out --range, --rate and --snmp, or leave out --from-facts")
    with opened.assessed() as a:
        file, found = propose_targets(opened.workspace, a.book, lang, (), today, swept=False)
    if json:
        print_json("discover", snapshot=a.snapshot.id, ranges=[], seen=found, file=str(file), exit=0)
    else:
        say("cli.file", path=str(file))
    return 0
