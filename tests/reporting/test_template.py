"""The built-in Word template is what its script makes, and a manager finds in it what README.md says."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import docx

from auditkit import resources
from auditkit.reporting.context import context
from tests.reporting.sample import document

FOLDER = Path(str(resources.builtin("report_templates")))


def builder() -> Any:
    spec = importlib.util.spec_from_file_location("build_audit_docx", FOLDER / "build_audit_docx.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_file_is_what_the_script_makes(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(builder().build())
    made, committed = docx.Document(str(tmp_path / "a.docx")), docx.Document(str(FOLDER / "audit.docx"))
    assert {p.partname: p.blob for p in made.part.package.iter_parts()} == {p.partname: p.blob for p in committed.part.package.iter_parts()}


def test_every_name_in_the_readme_exists_and_every_name_is_in_it() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    told = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`]*)`", text[text.index("## Names") :]))))
    names = context(document(1), "ru")
    assert set(names) - told == set()
    assert set(names["meta"]) - told == set()
    assert set(names["label"]) == told & set(names["label"])
    for section in names["sections"]:
        for block in section["blocks"]:
            assert set(block) - told - {"ink", "png", "parts"} == set(), block["kind"]
