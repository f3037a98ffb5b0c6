"""The Python API: the same verbs as the command line, typed.

>>> from auditkit import Client
>>> client = Client.open("acme")            # doctest: +SKIP
>>> client.collect()                        # doctest: +SKIP
>>> assessment = client.assess()            # doctest: +SKIP
>>> client.report(assessment, lang="ru")    # doctest: +SKIP
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditkit.collecting.sealing import reparse
from auditkit.collecting.session import Asked, operator, run_session, tool
from auditkit.errors import UsageError
from auditkit.i18n import Lang
from auditkit.model import Decision
from auditkit.registry import Registry, registry
from auditkit.store import SnapshotInfo, Store
from auditkit.workspace.issues import numbering
from auditkit.workspace.keys import evidence_cipher, print_key
from auditkit.workspace.layout import Workspace

if TYPE_CHECKING:  # what only some verbs need is imported by them: a collection waits for none of it
    from auditkit.assessment import Assessment
    from auditkit.checking import Checklist
    from auditkit.collecting import Progress
    from auditkit.collecting.bundle_make import System
    from auditkit.collecting.bundle_read import BundleRead
    from auditkit.collecting.bundle_state import Made as Script
    from auditkit.collecting.bundle_status import Status
    from auditkit.reporting.deliver import Made
    from auditkit.verify import Verification


DATABASE = "AUDITKIT_DATABASE_URL"  # a PostgreSQL URL instead of the workspace's SQLite file


class Client:
    """One client's workspace, opened. Every method raises `AuditkitError` and its kin, whose text is one line for people."""

    def __init__(self, workspace: Workspace, probes: Sequence[str] = ()) -> None:
        self.workspace = workspace
        self._only = tuple(probes)

    @classmethod
    def open(cls, path: Path | str | None = None, probes: Sequence[str] = ()) -> Client:
        """A workspace; without a path this very machine, in ./audit. probes: ask these alone."""
        return cls(Workspace.open(path) if path is not None else Workspace.local(), probes)

    @classmethod
    def existing(cls, path: Path | str | None = None, file: Path | None = None) -> Client:
        """A workspace that is there already; nothing is made. Without a path the one above `file`, else ./audit.

        Raises UsageError where there is none.
        """
        if path is not None:
            return cls.open(path)
        for folder in file.absolute().parents if file is not None else ():
            if (folder / "state" / "version").is_file():
                return cls(Workspace.open(folder))
        if not (Path("audit") / "state" / "version").is_file():
            raise UsageError("there is no ./audit here: name the folder of the client, or run `auditkit audit` first")
        return cls(Workspace.open("audit"))

    @cached_property
    def registry(self) -> Registry:
        """What can be asked."""
        return registry().only(self._only) if self._only else registry()

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The workspace's store, closed afterwards; of a workspace that cannot be written it is for reading alone (`Store.read_only`)."""
        ws = self.workspace
        ws.prepare()
        opened = Store.open(os.environ.get(DATABASE) or ws.database, print_key(ws), evidence_cipher(ws), ws.evidence)
        try:
            yield opened
        finally:
            opened.close()

    def collect(self, new: bool = False, progress: Progress | None = None, prompt: Callable[[str], str] | None = None) -> SnapshotInfo:
        """Ask every target; an unfinished snapshot younger than 24 h goes on unless `new`."""
        asked = Asked(self.workspace.targets(), self.registry, new=new, progress=progress, prompt=prompt)
        with self.store() as store:
            store.writable()
            return run_session(self.workspace, store, asked)

    def ready(self, langs: Sequence[Lang] = ("ru",), out: Path | None = None) -> None:
        """Try checklists, templates and the folder of the documents before anybody is asked. Raises UsageError and its kin."""
        from auditkit.checking.lint import refuse_wrong
        from auditkit.reporting.trial import try_folder, try_templates

        refuse_wrong(self.checklists(), self.registry)
        try_templates(self.workspace.path, langs)
        try_folder(out or self.workspace.deliverables)

    def bundle_make(self, system: System, out: Path, plain: bool = False) -> Script:
        """Write the offline script for hosts that cannot be asked over the network; -> what was made. plain: answers not encrypted."""
        from auditkit.collecting.bundle_make import make

        return make(self.workspace, self.registry, system, out, plain)

    def bundle_read(self, folder: Path, progress: Progress | None = None) -> BundleRead:
        """Take the answer files of a folder into a new snapshot; -> what was taken, and what was refused and why."""
        from auditkit.collecting.bundle_read import read_folder

        with self.store() as store:
            return read_folder(self.workspace, store, self.registry, folder, self.workspace.targets(), progress)

    def bundle_status(self, folder: Path | None = None) -> Status:
        """Who has answered by now, and who is silent. folder: of answer files that were not read yet."""
        from auditkit.collecting.bundle_status import status

        with self.store() as store:
            return status(self.workspace, store, self.registry, self.workspace.targets(), folder)

    @contextmanager
    def assessed(self, snapshot: int | None = None, as_of: date | None = None) -> Iterator[Assessment]:
        """The assessment of a snapshot (the newest), with its book open."""
        with self.store() as store:
            yield self._assess(store, store.snapshot(snapshot), as_of)

    def assess(self, snapshot: int | None = None, as_of: date | None = None) -> Assessment:
        """The assessment of a snapshot (the newest). as_of: the day it speaks of, today if not given."""
        with self.assessed(snapshot, as_of) as made:
            return made

    def _assess(self, store: Store, snapshot: SnapshotInfo, as_of: date | None) -> Assessment:
        from auditkit.assessment import assess
        from auditkit.declared import declared_tables

        client = self.workspace.client()
        made = assess(
            store, snapshot, self.registry, self.checklists(), as_of or datetime.now(UTC).astimezone().date(), client.client.name,
            self.workspace.decisions(), declared_tables(None if self.workspace.is_local else client),
        )  # fmt: skip
        if not store.read_only:
            store.remember({mark: asset for mark, asset in made.book.resolution.asset_of.items() if mark[0] != "address"})
        return made

    def checklists(self) -> tuple[Checklist, ...]:
        """The checklists that hold for this client: its own, the firm's, the built-in."""
        from auditkit.checking import load_checklists

        return load_checklists(self.workspace.path)

    def report(self, assessment: Assessment, lang: Lang = "ru", out: Path | None = None) -> Made:
        """Write docx, xlsx and html in one language; -> what was made, and what was left out and why."""
        from auditkit.reporting.deliver import deliver

        ws = self.workspace
        numbered = numbering(ws.state, assessment.snapshot.id, assessment.as_of, wrote := tool())
        return deliver(assessment, ws.path, out or ws.deliverables, (lang,), numbered, wrote)

    def kb(self, assessment: Assessment, lang: Lang = "ru", out: Path | None = None) -> Path:
        """Write the knowledge base; -> its index.html."""
        from auditkit.reporting.kb import write_kb

        return write_kb(assessment, lang, out or self.workspace.kb)

    def query(self, sql: str, snapshot: int | None = None) -> tuple[list[str], list[tuple[Any, ...]]]:
        """A SELECT over the book of a snapshot; -> columns and rows. Raises UsageError for anything that writes."""
        from auditkit.book import people

        with self.assessed(snapshot) as a:
            return people(a.book, sql)

    def verify(self, file: Path) -> Verification:
        """Take the statements out of a file and derive each of them again from the stored bytes."""
        from auditkit.verify import verify

        with self.store() as store:
            return verify(self.workspace, store, self.registry, file)

    def decide(self, decision: Decision) -> None:
        """Add a decision of a person to the journal."""
        from auditkit.workspace.decisions import DecisionLog

        DecisionLog(self.workspace.decisions_file).append(decision)

    def reparse(self, snapshot: int | None = None) -> tuple[int, int]:
        """Read the stored bytes of a snapshot again; -> (answers read, answers that changed)."""
        with self.store() as store:
            store.writable()
            return reparse(self.workspace, store, self.registry, store.snapshot(snapshot).id, operator())
