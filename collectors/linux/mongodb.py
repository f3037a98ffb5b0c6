"""MongoDB: mongod.conf (YAML, mongodb.com/docs/manual/reference/configuration-options), version and whether it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from auditkit.model.shared.services import Database, DatabaseExposure
from auditkit.probing import NotUnderstood, Reply, Shell, probe

from ._readings import NO_FILE

_FILES = "/etc/mongod.conf /etc/mongodb.conf"


@probe(
    "linux.mongodb",
    Shell(f"mongod --version && {{ head -n 2000 -v {_FILES}; pidof mongod; }}", root=True),
    secret=True,
    codes=(0, 1),
    harmless=rf"^head: .*{NO_FILE}",
    missing="no MongoDB server here",
)
def mongodb(reply: Reply) -> Iterator[Database | DatabaseExposure]:
    """`db version v6.0.5`, the files, and last the process numbers while it runs."""
    version = re.search(r"^db version v(\S+)", reply.text, re.M)
    parts = re.split(r"^==> (/.*) <==\n", reply.text, flags=re.M)
    if not version or len(parts) < 3:
        raise NotUnderstood(f"no version, or none of {_FILES}")
    last = reply.text.rstrip().rpartition("\n")[2]
    running = bool(re.fullmatch(r"[\d ]+", last))
    for file, text in zip(parts[1::2], parts[2::2], strict=True):
        settings = _yaml(text.rstrip().removesuffix(last) if running and file == parts[-2] else text)
        yield from _instance(file, version[1], settings, running)


def _yaml(text: str) -> dict[str, Any]:
    """Nested keys as `net.bindIp`. Raises NotUnderstood for what is no YAML mapping (the form before 2.6)."""
    import yaml

    if re.search(r"(^|\s)[&*]\w", text):
        raise NotUnderstood("YAML with anchors")  # they can make one page of text grow without end
    try:
        read = yaml.safe_load(text)
    except yaml.YAMLError as e:
        mark = getattr(e, "problem_mark", None)
        raise NotUnderstood(f"no YAML{f' at line {mark.line + 1}' if mark else ''}") from e
    if not isinstance(read, dict):
        raise NotUnderstood("no mapping of settings: the form before MongoDB 2.6?")
    return {f"{k}.{k2}": v2 for k, v in read.items() if isinstance(v, dict) for k2, v2 in v.items()}


def _instance(file: str, version: str, named: dict[str, Any], running: bool) -> Iterator[Database | DatabaseExposure]:
    folder = named.get("storage.dbPath")
    yield Database(
        engine="mongodb",
        version=version,
        instance=file,
        port=int(named.get("net.port", 27017)),
        data_dir=str(folder) if folder else "/data/db",
        state="running" if running else "stopped",
    )
    every = named.get("net.bindIpAll") is True
    for address in ["*"] if every else str(named.get("net.bindIp", "localhost")).split(","):
        yield _row(file, "listen", address.strip(), not every and "net.bindIp" not in named)
    yield _row(file, "authorization", str(named.get("security.authorization", "disabled")), "security.authorization" not in named)
    tls = named.get("net.tls", named.get("net.ssl", {}))
    mode = tls.get("mode", "disabled") if isinstance(tls, dict) else "disabled"
    yield _row(file, "tls", str(mode), not tls)


def _row(file: str, setting: str, value: str, default: bool) -> DatabaseExposure:
    return DatabaseExposure(engine="mongodb", instance=file, setting=setting, value=value, by_default=default)
