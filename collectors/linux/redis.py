"""Redis and Valkey: who may reach them, and whether a password is asked for (redis.conf as documented in its own comments)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.services import Database, DatabaseExposure
from auditkit.probing import NotUnderstood, Reply, Shell, probe

from ._readings import NO_FILE, option

_WORDS = "bind|port|tls-port|protected-mode|requirepass|aclfile|user|dir|include|unixsocket"
_FILES = "/etc/redis.conf /etc/redis /etc/valkey"
_GREP = rf"grep -HE '^[[:space:]]*({_WORDS})[[:space:]]'"
_REST = f"find {_FILES} -maxdepth 2 -name '*.conf' -exec {_GREP} '{{}}' +; pidof redis-server valkey-server"


@probe(
    "linux.redis",
    Shell(f"redis-server --version && {{ {_REST}; }}", root=True),
    secret=True,
    codes=(0, 1),
    harmless=rf"^find: .*{NO_FILE}",
    missing="no Redis or Valkey here",
)
def redis(reply: Reply) -> Iterator[Database | DatabaseExposure]:
    """`Redis server v=7.0.15 ...`, `file:name value`, and last the process numbers while one runs."""
    lines = list(reply.lines())
    version = re.match(r"(Redis|Valkey|Server)\b.* v=(\S+)", lines[0])
    if not version:
        raise NotUnderstood("the first line tells no version")
    running = bool(re.fullmatch(r"[\d ]+", lines[-1]))
    engine = "valkey" if "valkey" in lines[0].lower() else "redis"
    files: dict[str, dict[str, str]] = {}
    for number, line in enumerate(lines[1 : -1 if running else None], 2):
        file, colon, said = line.partition(":")
        if not colon or not file.startswith("/"):
            raise NotUnderstood(f"line {number} names no file")
        name, value = option(said.strip())
        files.setdefault(file, {})[name.lower()] = value
    if not files:
        raise NotUnderstood(f"it is installed, but has no configuration in {_FILES}: look for it in the command of its unit")
    for file, named in files.items():
        yield from _instance(engine, version[2], file, named, running)


def _instance(engine: str, version: str, file: str, named: dict[str, str], running: bool) -> Iterator[Database | DatabaseExposure]:
    yield Database(
        engine=engine,
        version=version,
        instance=file,
        port=int(named.get("port", "6379")),
        data_dir=named.get("dir"),
        state="running" if running else "stopped",
    )
    for address in named.get("bind", "*").split():
        yield DatabaseExposure(engine=engine, instance=file, setting="listen", value=address.lstrip("-"), by_default="bind" not in named)
    guarded = {"requirepass", "aclfile", "user"} & set(named)
    password = "set" if guarded else "not set"
    yield DatabaseExposure(engine=engine, instance=file, setting="password", value=password, by_default=not guarded)
    mode = named.get("protected-mode", "yes")
    yield DatabaseExposure(engine=engine, instance=file, setting="protected-mode", value=mode, by_default="protected-mode" not in named)
    tls = "on" if named.get("tls-port", "0") != "0" else "off"
    yield DatabaseExposure(engine=engine, instance=file, setting="tls", value=tls, by_default="tls-port" not in named)


@redis.otherwise(Shell(f"valkey-server --version && {{ {_REST}; }}", root=True))
def _(reply: Reply) -> Iterator[Database | DatabaseExposure]:
    """Valkey kept the language."""
    return redis.read(reply)
