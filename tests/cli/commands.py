"""A command line run in this process, in a fresh folder with a client in it."""

from __future__ import annotations

from typing import Protocol

HERE = "targets: [{id: here, platform: linux, transport: local}]\n"


class Run(Protocol):
    """Run auditkit with these words; it must leave with that code and no traceback. Gives stderr."""

    def __call__(self, *words: str, code: int = 2) -> str: ...
