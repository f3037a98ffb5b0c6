"""What others may rely on: public names, verbs, errors, the README's blocks."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import auditkit
from auditkit.cli import GROUPS, VERBS

ROOT = Path(__file__).parents[1]


def test_every_public_name_exists_and_none_is_missing_a_docstring() -> None:
    assert sorted(auditkit.__all__) == auditkit.__all__
    for name in auditkit.__all__:
        assert getattr(auditkit, name).__doc__ or name == "Outcome", name
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = auditkit.nothing_of_the_kind


def test_every_verb_can_be_imported_and_says_what_it_does() -> None:
    verbs = [*VERBS, *(v for _, _, vs in GROUPS for v in vs)]
    for name, where, told in verbs:
        module, _, function = where.partition(":")
        verb = getattr(importlib.import_module(module), function)
        assert verb.__doc__, name
        assert told.endswith("."), name


def test_help_is_quick_and_loads_neither_transports_nor_office() -> None:
    heavy = ("paramiko", "docx", "sqlalchemy", "matplotlib")
    code = f"import sys; from auditkit.cli import main; main(['--help']); print(sorted(m for m in {heavy} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "audit" in done.stdout
    assert done.stdout.strip().endswith("[]")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nonsense"], "nonsense"),
        (["audit", "/no/such/folder"], "/no/such/folder"),
        (["audit", "--lang", "de"], "lang"),
        (["query"], "sql"),
        (["audit", "--fail-on", "9"], "fail-on"),
    ],
)
def test_bad_usage_is_one_line_and_exit_2(words: list[str], said: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "auditkit", *words], cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert said.lower() in done.stderr.lower()
    assert list(tmp_path.iterdir()) == []


def test_readme_has_its_two_commands() -> None:
    for name in ("main", "tests"):
        done = subprocess.run(
            [sys.executable, ".ci/readme_block.py", name, "README.md"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert "venv" in done.stdout
        assert ".ci/run" not in done.stdout
