"""Microsoft SQL Server: instances by the registry; databases, their copies, administrators and jobs by asking each instance."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditkit.model.shared.databases import ServerProductSupport, SqlInstance
from auditkit.model.shared.services import Database
from auditkit.model.shared.windows_roles import ExchangeServer
from auditkit.probing import NotHere, NotUnderstood, PowerShell, Reply, derived, probe

from ..linux._support_table import support_end  # noqa: TID252  (one table for every platform; its reader belongs higher)
from ._section import Row, Section, number, text

# Major and minor of the build -> the year that is its name
_YEARS = {
    "8.0": "2000", "9.0": "2005", "10.0": "2008", "10.50": "2008 R2", "11.0": "2012", "12.0": "2014", "13.0": "2016", "14.0": "2017",
    "15.0": "2019", "16.0": "2022", "17.0": "2025",
}  # fmt: skip
DEFAULT = "MSSQLSERVER"


def year(version: str) -> str:
    """The product of a build, "" for one that is not known.

    >>> year("10.51.2500.0"), year("15.0.4430.1"), year("99.0.1.0")
    ('2008 R2', '2019', '')
    """
    found = re.match(r"(\d+)\.(\d+)", version)
    if not found:
        return ""
    minor = int(found[2])
    return _YEARS.get(f"{int(found[1])}.{minor - minor % 50 if int(found[1]) == 10 else 0}", "")


@probe("windows.sql", PowerShell("sql"), on=("windows",))
def sql(reply: Reply) -> Iterator[SqlInstance | Database]:
    """Both views of the registry. LoginMode 2 = mixed; TcpPort empty = dynamic. An instance in a cluster is told on each of its nodes."""
    section = Section(reply, "instance", "Win32_Service")
    services = {text(r, "Name").upper(): r for r in section.rows("Win32_Service")}
    rows = {text(r, "name").upper(): r for r in section.rows("instance")}
    if not rows and not section.blank:
        raise NotHere("no instance of SQL Server here")
    for name, row in sorted(rows.items()):
        engine = services.get(DEFAULT if name == DEFAULT else f"MSSQL${name}")
        agent = services.get("SQLSERVERAGENT" if name == DEFAULT else f"SQLAGENT${name}")
        version = text(row, "patch") or text(row, "version")
        running = None if engine is None else text(engine, "State").lower() == "running"
        yield SqlInstance(
            instance=text(row, "name"), product=year(version), version=version, edition=text(row, "edition"),
            account=text(engine, "StartName") if engine else "", agent_account=text(agent, "StartName") if agent else "",
            running=running, mixed_login=_mixed(row), port=_port(row),
        )  # fmt: skip
        yield Database(
            engine="mssql", version=version, instance=text(row, "name"), port=_port(row), data_dir=None,
            state=None if running is None else "running" if running else "stopped",
        )  # fmt: skip


def _mixed(row: Row) -> bool | None:
    """1 = Windows only, 2 = mixed; 0 and 9 are of older versions."""
    mode = number(row, "mode")
    return None if mode is None else mode in (0, 2)


def _port(row: Row) -> int | None:
    if number(row, "tcp") == 0:
        return 0
    said = row["port"]
    if said is None:
        return None
    first = str(said).split(",")[0].strip()
    if first and not first.isdigit():
        raise NotUnderstood("no TCP port of SQL Server")
    return int(first) if first else 0


@derived("windows.product_support")
def product_support(instances: Sequence[SqlInstance], exchange: Sequence[ExchangeServer]) -> Iterator[ServerProductSupport]:
    """Rows of the table of support ends for SQL Server and Exchange. A build of no known year is `unknown`, never supported."""
    for one in instances:
        yield _support("sql-server", one.product.replace(" R2", ".2"), one.product or one.version, one.instance)
    for server in exchange:
        yield _support("exchange-server", "2025" if server.product == "SE" else server.product, server.product or server.version, "")


def _support(product: str, asked: str, shown: str, instance: str) -> ServerProductSupport:
    known = support_end(product, asked)
    return ServerProductSupport(product=product, version=shown, instance=instance, ends=known.ends, state=known.state, source=known.source)
