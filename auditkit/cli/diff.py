"""auditkit diff"""

from __future__ import annotations

from pathlib import Path

from auditkit.api import Client
from auditkit.cli.common import print_json, say, table
from auditkit.diffing import changes
from auditkit.errors import UsageError


def diff(client: Path | None = None, *, old: int | None = None, new: int | None = None, json: bool = False) -> int:
    """What changed between two snapshots (the last two); lost sight is kept apart from change.

    Parameters
    ----------
    client:
        folder of a client; without it ./audit
    old:
        number of the older snapshot
    new:
        number of the newer snapshot
    json:
        print one JSON object on stdout
    """
    opened = Client.existing(client)
    with opened.store() as store:
        known = [s.id for s in store.snapshots()]
        if len(known) < 2 and (old is None or new is None):
            raise UsageError(f"two snapshots are needed, there is {len(known)}: collect again, or name --old and --new")
        first, second = store.snapshot(old if old is not None else known[-2]).id, store.snapshot(new if new is not None else known[-1]).id
        found = list(changes(store, opened.registry, first, second))
    if json:
        told = [
            {"kind": c.kind, "target": c.target, "table": c.table, "key": c.key, "fields": [list(f) for f in c.fields], "why": c.why}
            for c in found
        ]
        print_json("diff", old=first, new=second, changes=told)
        return 0
    rows = [(c.kind, c.target, c.table, c.key, "; ".join(f"{k}: {a} -> {b}" for k, a, b in c.fields) or c.why) for c in found]
    if rows:
        table(("what", "target", "table", "key", "details"), rows)
    else:
        say("cli.diff.none", old=first, new=second)
    return 0
