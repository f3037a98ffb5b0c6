"""state/bundles.json: which offline scripts were made for this client, and which answers of which hosts were taken."""

from __future__ import annotations

from datetime import datetime

import msgspec

from auditkit.errors import ConfigError
from auditkit.workspace.files import read_bytes, write_whole
from auditkit.workspace.layout import Workspace

LARGEST = 50_000_000


class Made(msgspec.Struct, frozen=True):
    """A script. plain: its answers are not encrypted. sha256: of the script."""

    id: str
    system: str
    plain: bool
    at: datetime
    by: str
    sha256: str


class Taken(msgspec.Struct, frozen=True):
    """The newest answer of a host. identity: system, host, domain, machine in lower case. target: under which id it is kept."""

    identity: tuple[str, str, str, str]
    target: str
    at: datetime
    sha256: str


class State(msgspec.Struct, frozen=True):
    """The whole file."""

    version: int = 1
    made: tuple[Made, ...] = ()
    taken: tuple[Taken, ...] = ()


def load(workspace: Workspace) -> State:
    """The state; empty where there is no file. Raises ConfigError for a damaged one."""
    place = workspace.state / "bundles.json"
    raw = read_bytes(place, LARGEST)
    if raw is None:
        return State()
    try:
        found = msgspec.json.decode(raw, type=State)
    except msgspec.DecodeError as e:
        raise ConfigError(f"{place}: is damaged ({e}): take it from a copy; without it older answers are not told from newer ones") from e
    if found.version != 1:
        raise ConfigError(f"{place}: is of version {found.version}, this auditkit knows 1: upgrade auditkit")
    return found


def keep(workspace: Workspace, state: State) -> None:
    """Write it, whole or not at all."""
    write_whole(workspace.state / "bundles.json", msgspec.json.format(msgspec.json.encode(state), indent=1) + b"\n")
