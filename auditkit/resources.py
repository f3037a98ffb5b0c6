"""Files that travel with the program: checklists, report templates, tables.

A client's file goes before the firm's, and the firm's before the built-in one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_CHECKOUT = Path(__file__).resolve().parents[1]


def builtin(folder: str) -> Traversable:
    """The folder of that name as installed: at the top level of a checkout, inside the package in a wheel."""
    return _CHECKOUT / folder if (_CHECKOUT / "pyproject.toml").is_file() else files("auditkit") / folder


def config_home() -> Path:
    """The user's own configuration folder of auditkit (XDG base directory specification); it need not exist."""
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "auditkit"


def places(folder: str, client: Path | None) -> Iterator[Traversable]:
    """Folders of that name that exist, the most particular first: the client's workspace, the firm's, the built-in."""
    for place in (client, config_home()):
        if place is not None and (place / folder).is_dir():
            yield place / folder
    yield builtin(folder)


def find(folder: str, name: str, client: Path | None) -> Traversable | None:
    """The file that counts, or None where no place has it."""
    return next((place / name for place in places(folder, client) if (place / name).is_file()), None)
