"""MySQL and MariaDB: version and settings as the server itself would take them (mysqld --verbose --help reads all its files)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.services import Database, DatabaseExposure
from auditkit.probing import NotUnderstood, Reply, Shell, probe

_HELP = "--verbose --help && pidof mariadbd mysqld"
_BANNER = re.compile(r"^\S*(?:mysqld|mariadbd)\s+Ver (\S+)", re.M)
_LOUD = r"\[(Warning|Note)\]|^Warning: |TLS\S* .*deprecated"


@probe(
    "linux.mysql",
    Shell(f"mariadbd {_HELP}", root=True),
    secret=True,  # some settings hold logins of a cluster
    codes=(0, 1),
    harmless=_LOUD,
    missing="no MySQL or MariaDB server here",
)
def mysql(reply: Reply) -> Iterator[Database | DatabaseExposure]:
    """Behind a line of dashes `name  value`; the last line: process numbers, while the server runs."""
    banner = _BANNER.search(reply.text)
    _, dashes, table = reply.text.partition("\n-----")
    if not banner or not dashes:
        raise NotUnderstood("no version or no table of settings")
    values = {m[1]: m[2].strip() for m in re.finditer(r"^([a-z][a-z0-9-]+)[ \t]+(.*)$", table, re.M)}
    engine = "mariadb" if "mariadb" in banner[1].lower() else "mysql"
    off = values["skip-networking"] == "TRUE"
    yield Database(
        engine=engine,
        version=re.split(r"-", banner[1])[0],
        instance="",
        port=0 if off else int(values["port"]),
        data_dir=values["datadir"],
        state="running" if re.fullmatch(r"[\d ]+", reply.text.rstrip().rpartition("\n")[2]) else "stopped",
    )
    bound = values.get("bind-address", "")
    default = bound in ("", "(No default value)")
    for address in () if off else ("*",) if default else bound.split(","):
        yield DatabaseExposure(engine=engine, instance="", setting="listen", value=address.strip(), by_default=default)
    tls = "on" if values.get("ssl", "FALSE") == "TRUE" else "off"
    yield DatabaseExposure(engine=engine, instance="", setting="tls", value=tls, by_default=False)
    for name in ("skip-grant-tables", "local-infile"):
        value = {"TRUE": "on", "FALSE": "off"}[values[name]]
        yield DatabaseExposure(engine=engine, instance="", setting=name, value=value, by_default=False)


@mysql.otherwise(Shell(f"mysqld {_HELP}", root=True))
def _(reply: Reply) -> Iterator[Database | DatabaseExposure]:
    """MySQL, and MariaDB before 10.4."""
    return mysql.read(reply)
