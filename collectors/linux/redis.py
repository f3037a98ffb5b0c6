"""Redis and Valkey: who may reach them, and whether a password is asked for (redis.conf as documented in its own comments)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.services import Database, DatabaseExposure
from auditkit.probing import NotUnderstood, Reply, Shell, probe

from ._readings import NO_FILE, option

Written = list[tuple[str, str]]  # name and value, as often as they stand there
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
    files: dict[str, Written] = {}
    for number, line in enumerate(lines[1 : -1 if running else None], 2):
        file, colon, said = line.partition(":")
        if not colon or not file.startswith("/"):
            raise NotUnderstood(f"line {number} names no file")
        name, value = option(said.strip())
        files.setdefault(file, []).append((name.lower(), value))
    if not files:
        raise NotUnderstood(f"it is installed, but has no configuration in {_FILES}: look for it in the command of its unit")
    for file, written in files.items():
        yield from _instance(engine, version[2], file, written, running)
    if elsewhere := [file for file, written in files.items() if dict(written).get("aclfile")]:
        raise NotUnderstood(f"{elsewhere[0]}: its users stand in the file that aclfile names: look there for nopass")


def _instance(engine: str, version: str, file: str, written: Written, running: bool) -> Iterator[Database | DatabaseExposure]:
    named = dict(written)
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
    yield from _password(engine, file, written)
    mode = named.get("protected-mode", "yes")
    yield DatabaseExposure(engine=engine, instance=file, setting="protected-mode", value=mode, by_default="protected-mode" not in named)
    tls = "on" if named.get("tls-port", "0") != "0" else "off"
    yield DatabaseExposure(engine=engine, instance=file, setting="tls", value=tls, by_default="tls-port" not in named)


def _password(engine: str, file: str, written: Written) -> Iterator[DatabaseExposure]:
    """A `user default` written there replaces what requirepass gave it; with aclfile neither counts (redis.conf, its part on ACL)."""
    named = dict(written)
    if named.get("aclfile"):
        return
    users = {name: rules.split() for key, value in written if key == "user" for name, _, rules in [value.partition(" ")]}
    users.setdefault("default", ["on", f">{named['requirepass']}" if named.get("requirepass") else "nopass"])
    open_to = sorted(name for name, rules in users.items() if _asks_nothing(rules))
    yield DatabaseExposure(
        engine=engine,
        instance=file,
        setting="password",
        value="not set" if "default" in open_to else f"{open_to[0]}: not set" if open_to else "set",
        by_default=not {"requirepass", "user"} & set(named),
    )


def _asks_nothing(rules: list[str]) -> bool:
    """Whether a user of an ACL is on and any password will do.

    >>> _asks_nothing(["on", "nopass", "+@all"]), _asks_nothing(["on", "nopass", ">x"]), _asks_nothing(["nopass"])
    (True, False, False)
    """
    on = nopass = False
    for rule in rules:
        word = rule.lower()
        on = False if word == "reset" else word == "on" if word in ("on", "off") else on
        nopass = word == "nopass" or (nopass and rule[0] not in ">#" and word not in ("reset", "resetpass"))
    return on and nopass


@redis.otherwise(Shell(f"valkey-server --version && {{ {_REST}; }}", root=True))
def _(reply: Reply) -> Iterator[Database | DatabaseExposure]:
    """Valkey kept the language."""
    return redis.read(reply)
