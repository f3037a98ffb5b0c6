"""The collecting script: runtime and sections, put together as they are written, nothing filled in.

The text that is sent is the text that can be read beforehand: `collectors/windows/_head.ps1`, each section as
``Section 'name' { … }``, `_tail.ps1`. `auditkit probes --script` prints it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from auditkit.errors import RegistryError
from auditkit.probing import PowerShell, Probe

_NAME = re.compile(r"[a-z][a-z0-9_]*")
FOLDER = "windows"


def place_of(name: str) -> Path:
    """The file of a section (or of `_head`, `_tail`). Raises RegistryError where there is none.

    It is looked for where the collectors are: at the top level of a checkout, inside the package elsewhere.
    """
    # by name: the linter forbids a transport to know a collector, and it knows none: it looks for a file beside them
    for folder in import_module("auditkit.collectors").__path__:
        place = Path(folder) / FOLDER / f"{name}.ps1"
        if place.is_file():
            return place
    raise RegistryError(f"no section {name!r}: collectors/{FOLDER}/{name}.ps1 is missing")


def text_of(name: str) -> str:
    """The text of a section (or of `_head`, `_tail`). Raises RegistryError where there is none, or it is not ASCII."""
    try:
        return place_of(name).read_bytes().decode("ascii").replace("\r\n", "\n")
    except UnicodeDecodeError as e:
        raise RegistryError(f"collectors/{FOLDER}/{name}.ps1: byte {e.start} is not ASCII; code pages would change it") from e


def sections_of(probes: Iterable[Probe[Any]]) -> tuple[str, ...]:
    """The sections that these probes need, each once, in their order; of a probe with `otherwise` all its ways."""
    return tuple(dict.fromkeys(c.section for p in probes for c in p.commands if isinstance(c, PowerShell)))


def assemble(sections: Iterable[str]) -> str:
    """The whole script for these sections, in that order, each once. Raises RegistryError."""
    parts = [text_of("_head")]
    for name in dict.fromkeys(sections):
        if not _NAME.fullmatch(name):
            raise RegistryError(f"{name!r} is no name of a section (a-z, 0-9, _)")
        parts.append(f"\nSection '{name}' {{\n{text_of(name)}\n}}\n")
    return "".join([*parts, "\n", text_of("_tail")])
