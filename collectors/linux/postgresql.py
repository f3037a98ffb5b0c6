"""PostgreSQL: clusters (pg_lsclusters(1) of Debian, else PG_VERSION and postmaster.pid in the data folders) and who may come in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.services import Database, DatabaseExposure
from auditkit.probing import NotHere, NotUnderstood, Reply, Shell, probe

from ._readings import NO_FILE, grepped, option

_DATA = "/var/lib/pgsql /var/lib/postgresql /var/lib/pgpro /opt/pgpro"
_QUIET = rf"^find: .*{NO_FILE}"


@probe("linux.postgresql", Shell("pg_lsclusters --no-header", root_helps=True), codes=(0, 1), harmless=_QUIET)
def postgresql(reply: Reply) -> Iterator[Database]:
    """`15 main 5432 online postgres /var/lib/postgresql/15/main /var/log/...`; state may go on with ",recovery"."""
    for line in reply.lines():
        words = line.split()
        version, name, port, state, _, folder = words[:6]
        if state.split(",")[0] not in ("online", "down"):
            raise NotUnderstood(f"no state of a cluster: {line[:80]!r}")
        yield Database(
            engine="postgresql",
            version=version,
            instance=f"{version}/{name}",
            port=int(port),
            data_dir=folder,
            state="running" if state.startswith("online") else "stopped",
        )


@postgresql.otherwise(
    Shell(
        rf"find {_DATA} -maxdepth 4 -path '*/base' -prune -o"
        r" \( -name PG_VERSION -o -name postmaster.pid \) -exec grep -H '' '{}' +",
        root=True,
    )
)
def _(reply: Reply) -> Iterator[Database]:
    """postmaster.pid: its fourth line is the port; while the file is there the server runs. No data folder: no server."""
    versions: dict[str, str] = {}
    running: dict[str, list[str]] = {}
    for file, said in grepped(reply):
        folder, _, name = file.rpartition("/")
        if name == "PG_VERSION":
            versions[folder] = said
        else:
            running.setdefault(folder, []).append(said)
    if not versions:
        raise NotHere("no PostgreSQL data folder in the usual places")
    for folder, version in versions.items():
        pid = running.get(folder, [])
        port = int(pid[3]) if len(pid) > 3 else None
        yield Database(
            engine="postgresql",
            version=version,
            instance=folder,
            port=port,
            data_dir=folder,
            state="running" if pid else "stopped",
        )


@probe(
    "linux.postgresql_access",
    Shell(
        rf"find /etc/postgresql {_DATA} -maxdepth 5 -path '*/base' -prune -o"
        r" \( -name postgresql.conf -o -name postgresql.auto.conf -o -name pg_hba.conf -o -path '*/conf.d/*.conf' \)"
        r" -exec grep -HE '^[[:space:]]*[^#[:space:]]' '{}' +",
        root=True,
    ),
    secret=True,
    codes=(0, 1),
    harmless=_QUIET,
    no_file="no PostgreSQL configuration in the usual places",
)
def postgresql_access(reply: Reply) -> Iterator[DatabaseExposure]:
    """Of postgresql.conf what opens the door; of pg_hba.conf every rule. Later lines win, postgresql.auto.conf last."""
    settings: dict[str, dict[str, str]] = {}
    rules: dict[str, list[str]] = {}
    for file, said in sorted(grepped(reply), key=lambda pair: pair[0].endswith("auto.conf")):
        instance = _instance(file)
        if file.endswith("pg_hba.conf"):
            rules.setdefault(instance, []).append(" ".join(said.partition("#")[0].split()))
        else:
            name, value = option(said)
            settings.setdefault(instance, {})[name.lower()] = value
    for instance, named in settings.items():
        for address in named.get("listen_addresses", "localhost").split(","):
            yield _row(instance, "listen", address.strip(), "listen_addresses" not in named)
        yield _row(instance, "tls", named.get("ssl", "off"), "ssl" not in named)
    for instance, lines in rules.items():
        for line in dict.fromkeys(lines):
            yield _row(instance, "pg_hba", line, False)


def _instance(file: str) -> str:
    """/etc/postgresql/15/main/... -> 15/main, as pg_lsclusters names it; else the folder.

    >>> _instance("/etc/postgresql/15/main/pg_hba.conf"), _instance("/var/lib/pgsql/data/postgresql.conf")
    ('15/main', '/var/lib/pgsql/data')
    """
    debian = re.match(r"/etc/postgresql/([^/]+/[^/]+)/|/var/lib/postgresql/([^/]+/[^/]+)/postgresql\.auto", file)
    return (debian[1] or debian[2]) if debian else re.sub(r"/(conf\.d/)?[^/]+$", "", file)


def _row(instance: str, setting: str, value: str, default: bool) -> DatabaseExposure:
    return DatabaseExposure(engine="postgresql", instance=instance, setting=setting, value=value, by_default=default)
