"""The folder of a client, and who may find what in it.

::

    acme/
      client.yaml  targets.yaml  .schema/     written by people (editors complete them)
      handover/  deliverables/  kb/           received, made, made
      vault.age  recipients.txt               credentials; public keys they are encrypted to
      decisions.jsonl                         what people settled
      state/  version  auditkit.sqlite  evidence/  journal.jsonl  known_hosts  print.key      never edited by hand, mode 0700
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from auditkit.errors import ConfigError, NewerStore, UsageError
from auditkit.model import Decision
from auditkit.transports import options_of
from auditkit.transports.base import Target
from auditkit.workspace.client import Client, Company, load_client
from auditkit.workspace.files import read_bytes, trouble, write_whole
from auditkit.workspace.names import slug
from auditkit.workspace.targets import load_targets
from auditkit.workspace.yamlfile import load

VERSION = 1  # of the folder's layout
HERE = "localhost"  # id of the one target of a workspace without configuration


@dataclass(frozen=True, slots=True)
class Workspace:
    """One client's folder. Made by `open`, `init` or `local`; reads nothing before it is asked."""

    path: Path

    @classmethod
    def open(cls, path: Path | str) -> Workspace:
        """A folder that is there. Writes nothing.

        Raises UsageError where it is no workspace, NewerStore where a newer auditkit made it, ConfigError for a broken version file.
        """
        made = cls(Path(path).absolute())
        try:
            is_folder, there = made.path.is_dir(), made.path.exists()
        except OSError as e:
            raise trouble(made.path, e, "opened") from e
        if not is_folder:
            cure = "it is a file: name the folder of a client" if there else f"there is no such folder; `auditkit init {path}` makes one"
            raise UsageError(f"{made.path}: {cure}")
        if made._version() is None and not made._has("client.yaml"):
            raise UsageError(f"{made.path}: is no workspace (no client.yaml in it); `auditkit init` makes one")
        return made

    @classmethod
    def init(cls, path: Path | str, client_name: str, lang: str = "ru") -> Workspace:
        """A new folder with commented files. Nothing half-made is left behind. See `auditkit.workspace.making.init`."""
        from auditkit.workspace.making import init

        init(Path(path).absolute(), client_name, lang)
        return cls.open(path)

    @classmethod
    def local(cls, path: Path | str = "audit") -> Workspace:
        """The workspace of this very machine: no client, no configuration, one target. Made where it is not there.

        Raises UsageError where the folder holds something else, and where it cannot be made.
        """
        made = cls(Path(path).absolute())
        if made._has("client.yaml") or made._has("targets.yaml"):
            raise UsageError(f"{made.path}: is the workspace of a client; name it (`auditkit audit {path}`), or go to another folder")
        try:
            strange = made._version() is None and made.path.is_dir() and any(made.path.iterdir())
        except OSError as e:
            raise trouble(made.path, e, "opened") from e
        if strange:
            raise UsageError(f"{made.path}: holds other things and is no workspace: run auditkit in another folder")
        made.prepare()
        return made

    def prepare(self) -> None:
        """Make what the program keeps for itself (state/, mode 0700) where it is not there. Raises as `files.trouble`; NewerStore.

        A workspace that is there and cannot be written (a CD, a snapshot) is left as it is.
        """
        version = self._version()
        if version is not None and not os.access(self.state, os.W_OK):
            return
        place = self.state
        try:
            for place in (self.path, self.state, self.evidence):
                place.mkdir(mode=0o777 if place == self.path else 0o700, exist_ok=True)
            if self.state.stat().st_mode & 0o077:  # copied by a tool that drops modes
                self.state.chmod(0o700)
        except OSError as e:
            raise trouble(place, e, "made") from e
        if version is None:
            write_whole(self.state / "version", f"{VERSION}\n".encode())

    def _has(self, name: str) -> bool:
        try:
            return (self.path / name).exists()
        except OSError as e:
            raise trouble(self.path, e, "opened") from e

    def _version(self) -> int | None:
        place = self.state / "version"
        raw = read_bytes(place, 1000)
        if raw is None:
            return None
        if not re.fullmatch(rb"\s*[0-9]{1,9}\s*", raw):
            raise ConfigError(f"{place}: is not a version number; this auditkit would write {VERSION} there: restore it from a copy")
        if (version := int(raw)) > VERSION:
            raise NewerStore(f"{self.path}: was written by a newer auditkit (layout {version}, this one knows {VERSION}): upgrade auditkit")
        return version

    @property
    def state(self) -> Path:
        """What the program keeps for itself."""
        return self.path / "state"

    @property
    def database(self) -> Path:
        """The store."""
        return self.state / "auditkit.sqlite"

    @property
    def evidence(self) -> Path:
        """Big replies."""
        return self.state / "evidence"

    @property
    def journal(self) -> Path:
        """What was sent to whom, for the client's eyes."""
        return self.state / "journal.jsonl"

    @property
    def known_hosts(self) -> Path:
        """Pinned host keys."""
        return self.state / "known_hosts"

    @property
    def decisions_file(self) -> Path:
        """What people settled."""
        return self.path / "decisions.jsonl"

    @property
    def handover(self) -> Path:
        """Documents received."""
        return self.path / "handover"

    @property
    def deliverables(self) -> Path:
        """Documents made."""
        return self.path / "deliverables"

    @property
    def kb(self) -> Path:
        """The knowledge base."""
        return self.path / "kb"

    @property
    def is_local(self) -> bool:
        """True for the workspace of this very machine: nobody declared anything."""
        return not self._has("client.yaml")

    @property
    def client_id(self) -> str:
        """The short name of the client: `client.id` of client.yaml, else the folder's name; of this machine: its host name."""
        if self.is_local:
            return slug(socket.gethostname())
        return self.client().client.id or slug(self.path.name)

    def client(self) -> Client:
        """client.yaml, its names checked against targets.yaml. Raises ConfigError."""
        if self.is_local:
            return Client(client=Company(name=socket.gethostname(), id=self.client_id))
        return load_client(self.path / "client.yaml", self._target_ids())

    def targets(self) -> tuple[Target, ...]:
        """targets.yaml, its sites checked against client.yaml; of this machine: the one. Raises ConfigError."""
        if self.is_local:
            return (Target(HERE, "linux", "local", HERE, options_of("local")()),)
        return load_targets(self.path / "targets.yaml", self._sites())

    def decisions(self) -> Sequence[Decision]:
        """Accepted risks of client.yaml, then the journal of decisions. Raises ConfigError."""
        from auditkit.workspace.decisions import DecisionLog, accepted

        return [*accepted(self.client()), *DecisionLog(self.decisions_file).read()]

    def _target_ids(self) -> list[str]:
        if not self._has("targets.yaml"):
            return []
        return [str(t["id"]) for t in _things(self.path / "targets.yaml", "targets") if isinstance(t, dict) and t.get("id") is not None]

    def _sites(self) -> list[str]:
        things = _things(self.path / "client.yaml", "sites")
        return [str(s.get("id")) if isinstance(s, dict) else str(s) for s in things]


def _things(place: Path, room: str) -> list[object]:
    """A list of a YAML file as it is written: what is wrong in it is said when the file itself is read."""
    data = load(place).data
    things = data.get(room) if isinstance(data, dict) else None
    return things if isinstance(things, list) else []
