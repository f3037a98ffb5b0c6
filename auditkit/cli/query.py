"""auditkit query"""

from __future__ import annotations

from pathlib import Path

from auditkit.api import Client
from auditkit.cli.common import print_json, table


def query(sql: str, client: Path | None = None, *, snapshot: int | None = None, json: bool = False) -> int:
    """Ask the book of a snapshot in SQL; it can only be read. `select name from sqlite_master` lists its tables.

    Parameters
    ----------
    sql:
        a SELECT
    client:
        folder of a client; without it ./audit
    snapshot:
        number of a snapshot
    json:
        print one JSON object on stdout
    """
    columns, rows = Client.existing(client).query(sql, snapshot)
    if json:
        print_json("query", columns=columns, rows=[list(r) for r in rows])
    else:
        table(columns, [["∅" if c is None else c for c in r] for r in rows])
    return 0
