"""Opening somebody's Office file (a zip of XML, ECMA-376 part 2) without being hurt: sizes, counts and DTDs are looked at first."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lxml import etree

from auditkit.errors import UsageError

LARGEST = 200 * 2**20        # bytes of a file
UNPACKED = 600 * 2**20       # bytes of all its parts together
PARTS = 5_000
_DTD = [mark.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be") for mark in ("<!DOCTYPE", "<!ENTITY")]


def contents(path: Path) -> bytes:
    """The bytes of a file. Raises UsageError where it cannot be read or is too large to be a report."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as e:
        raise UsageError(f"{path}: cannot be read: {e.strerror}") from e
    if len(raw) > LARGEST:
        raise UsageError(f"{path}: larger than {LARGEST >> 20} MB: no report of auditkit is")
    return raw


@contextmanager
def package(path: Path, raw: bytes) -> Iterator[zipfile.ZipFile]:
    """The opened package. Raises UsageError where it is damaged, a zip bomb, or its XML brings a DTD."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as found:
            _look(path, found)
            yield found
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError) as e:
        raise UsageError(f"{path}: a damaged or protected file: {e}; save it again without a password") from e
    except etree.XMLSyntaxError as e:
        raise UsageError(f"{path}: a damaged file: {e.msg}") from e


def _look(path: Path, found: zipfile.ZipFile) -> None:
    parts = found.infolist()
    if len(parts) > PARTS or sum(p.file_size for p in parts) > UNPACKED:
        raise UsageError(f"{path}: unpacks to more than {UNPACKED >> 20} MB or {PARTS} parts: no report of auditkit does")
    for part in parts:
        if part.filename.endswith((".xml", ".rels", ".vml")):
            data = part_of(path, found, part.filename)
            if any(mark in data for mark in _DTD):
                raise UsageError(f"{path}: {part.filename} brings a DTD, which no Office file has: not opened")


def part_of(path: Path, found: zipfile.ZipFile, name: str) -> bytes:
    """A part, never more bytes than its entry says. Raises UsageError where there is none."""
    try:
        with found.open(name) as part:
            size = found.getinfo(name).file_size
            data = part.read(size + 1)
    except KeyError as e:
        raise UsageError(f"{path}: it has no part {name}: not a file that auditkit wrote") from e
    if len(data) > size:
        raise UsageError(f"{path}: {name} is larger than it says: not opened")
    return data


def parser() -> etree.XMLParser:
    """For XML of strangers: no entity, no network."""
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, load_dtd=False)
