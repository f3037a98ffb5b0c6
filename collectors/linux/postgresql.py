"""PostgreSQL: clusters (pg_lsclusters(1) of Debian, else PG_VERSION and postmaster.pid in the data folders) and who may come in."""

from __future__ import annotations

import ipaddress
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
            if danger := _danger(line):
                yield _row(instance, danger, line, False)
    if any(line.split()[0] not in _TYPES for lines in rules.values() for line in lines):
        raise NotUnderstood("pg_hba.conf takes rules from other files (include): look there")


_TYPES = ("local", "host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc")


def _danger(rule: str) -> str:
    """What a rule of pg_hba.conf opens to the network: open_rule (nothing is proved), cleartext_rule (anybody, password in clear).

    ident asks the client's own host, and only where that is trusted does it prove anything.

    >>> _danger("host all all 0.0.0.0/0 trust"), _danger("host all all 127.0.0.1 255.0.0.0 trust"), _danger("local all all trust")
    ('open_rule', '', '')
    >>> _danger("host all all all password"), _danger("hostssl all all all password"), _danger("host all all 10.0.0.0/8 md5")
    ('cleartext_rule', '', '')
    """
    kind, *words = re.findall(r'(?:"[^"]*"|[^\s"])+', rule)
    if kind not in _TYPES[1:]:
        return ""
    address, method, *more = words[2:]
    if re.fullmatch(r"[\d.:a-fA-F]+", method) and more:  # the mask in a column of its own
        address, method = f"{address}/{method}", more[0]
    if _local(address):
        return ""
    if method in ("trust", "ident"):
        return "open_rule"
    anybody = address == "all" or address.endswith(("/0", "/0.0.0.0", "/::"))
    return "cleartext_rule" if method == "password" and anybody and kind not in ("hostssl", "hostgssenc") else ""


def _local(address: str) -> bool:
    """Whether these clients are on this host."""
    try:
        return ipaddress.ip_network(address.strip('"'), strict=False).is_loopback
    except ValueError:  # a name, or a mask of IPv6 in words
        return address.strip('"') in ("localhost", "samehost")


def _instance(file: str) -> str:
    """/etc/postgresql/15/main/... -> 15/main, as pg_lsclusters names it; else the folder.

    >>> _instance("/etc/postgresql/15/main/pg_hba.conf"), _instance("/var/lib/pgsql/data/postgresql.conf")
    ('15/main', '/var/lib/pgsql/data')
    """
    debian = re.match(r"/etc/postgresql/([^/]+/[^/]+)/|/var/lib/postgresql/([^/]+/[^/]+)/postgresql\.auto", file)
    return (debian[1] or debian[2]) if debian else re.sub(r"/(conf\.d/)?[^/]+$", "", file)


def _row(instance: str, setting: str, value: str, default: bool) -> DatabaseExposure:
    return DatabaseExposure(engine="postgresql", instance=instance, setting=setting, value=value, by_default=default)
