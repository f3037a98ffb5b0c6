"""What tests of documents share: documents, and LibreOffice as a judge of files."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from auditkit.reporting import office
from auditkit.reporting.document import Column as Col
from auditkit.reporting.document import Document, Para, Section, Table, label, say
from tests.reporting.sample import META, document, word

Office = Callable[[Path, str], Path]


@pytest.fixture(scope="session")
def sample() -> Document:
    """The whole sample."""
    return document()


@pytest.fixture
def libreoffice(tmp_path: Path) -> Office:
    """Save a file in another format as LibreOffice does; returns the new file."""
    program = office.found()
    if program is None:
        pytest.skip("LibreOffice is not installed")
    assert program

    def save(source: Path, to: str) -> Path:
        target = tmp_path / f"saved-{source.stem}.{to}"
        target.write_bytes(office.converted(source.read_bytes(), source.suffix.lstrip("."), to, program))
        return target

    return save


@pytest.fixture
def dot() -> str:
    """Graphviz."""
    found = shutil.which("dot")
    if found is None:
        pytest.skip("Graphviz is not installed")
    return found


def saying(*texts: str) -> Document:
    """A document that says texts of strangers in a paragraph and in a cell of a table each."""
    rows = tuple((say("cell.text", ("x:1",), value=text), say("cell.text", ("x:2",), value=text)) for text in texts)
    paras = tuple(Para(say("cell.text", ("x:3",), value=text)) for text in texts)
    columns = (Col("doc.name"), Col("doc.role", "code"))
    table = Table("strange", columns, rows, label("doc.evidence"))
    return Document(
        word("Проба", "Trial"),
        word("чужие тексты", "texts of strangers"),
        META,
        (Section("one", word("Тексты", "Texts"), (*paras, table)),),
    )
