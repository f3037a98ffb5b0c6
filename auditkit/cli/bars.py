"""Progress bars: one for all targets, one for each that is being asked."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Rich

from auditkit.collecting import Progress
from auditkit.text import one_line

SHOWN = 12


class Bars(Progress):
    """A context manager; draws on stderr."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._rich = Rich(*columns, console=Console(stderr=True), transient=True)
        self._all: TaskID | None = None
        self._tasks: dict[str, TaskID] = {}
        self._total = 0

    def __enter__(self) -> Self:
        self._rich.start()
        self._all = self._rich.add_task("targets", total=0)
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, trace: TracebackType | None) -> None:
        self._rich.stop()

    def started(self, target: str, questions: int) -> None:
        self._total += 1
        assert self._all is not None
        self._rich.update(self._all, total=self._total)
        if len(self._tasks) < SHOWN:
            self._tasks[target] = self._rich.add_task(one_line(target, 40), total=questions)

    def answered(self, target: str, answers: int) -> None:
        if target in self._tasks:
            self._rich.advance(self._tasks[target], answers)

    def done(self, target: str) -> None:
        assert self._all is not None
        self._rich.advance(self._all, 1)
        if target in self._tasks:
            self._rich.remove_task(self._tasks.pop(target))
