"""What is shipped: metadata, licence, declared dependencies, sizes, and what may never be in a text of this repository.

That the wheel itself holds everything is checked by `.ci/run wheel`, which builds and installs one.
"""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
CODE = ("auditkit", "collectors")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def modules(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def texts() -> Iterator[tuple[Path, str]]:
    """Everything a person wrote here; recorded replies are other people's words."""
    kinds = {".py", ".md", ".toml", ".yaml", ".yml", ".sh", ".po", ".html", ".j2", ".txt", ""}
    for top in (".ci", "auditkit", "benchmarks", "checklists", "collectors", "docs", "report_templates", "tests"):
        for file in sorted((ROOT / top).rglob("*")):
            if file.is_file() and file.suffix in kinds and not {"replies", "__pycache__"} & set(file.parts):
                yield file, file.read_text("utf-8")
    for file in (*sorted(ROOT.glob("*.md")), ROOT / "pyproject.toml", ROOT / "LICENSE"):
        yield file, file.read_text("utf-8")


def normal(name: str) -> str:
    """A distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def imports(file: Path) -> set[str]:
    """Top-level packages that a module imports, wherever in it; relative imports are its own."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_the_version_is_said_once() -> None:
    done = subprocess.run([sys.executable, "-m", "auditkit", "--version"], cwd=ROOT, capture_output=True, text=True, check=True)
    try:
        installed = version(PROJECT["name"])
    except PackageNotFoundError:
        installed = "checkout, not installed"
    assert installed in (PROJECT["version"], "checkout, not installed"), "the environment holds another version: install the checkout anew"
    assert done.stdout.strip() == installed
    assert re.search(rf"^## \[(Unreleased|{re.escape(PROJECT['version'])})\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)


def test_the_licence_is_the_whole_apache_2_0() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert PROJECT["license"] == "Apache-2.0"
    assert "Apache License\n" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
    for n, head in enumerate(("Definitions", "Grant of Copyright License", "Grant of Patent License", "Redistribution"), 1):
        assert f"{n}. {head}." in text


def test_every_package_that_is_imported_is_declared_and_every_declared_one_is_imported() -> None:
    used = {name for file in modules(*CODE) for name in imports(file)} - set(sys.stdlib_module_names) - {"auditkit", "collectors"}
    provided = packages_distributions()
    used_names = {normal(d) for name in used for d in provided.get(name, [name])}
    extras = PROJECT["optional-dependencies"]
    words = (*PROJECT["dependencies"], *extras["postgresql"], *extras["kerberos"])
    declared = {normal(match[0]) for word in words if (match := re.match(r"[\w.-]+", word))}
    optional = {"psycopg"}  # SQLAlchemy loads it by the URL of a store
    assert used_names - declared == set()
    assert declared - used_names - optional == set(), "declared and never imported"


def test_no_dependency_is_pinned_to_a_place() -> None:
    words = [*PROJECT["dependencies"], *(w for extra in PROJECT["optional-dependencies"].values() for w in extra)]
    assert [w for w in words if "@" in w or "://" in w] == []


@pytest.mark.parametrize(
    "word",
    [
        "py" + "pi.org", "files.python" + "hosted", "deb.deb" + "ian.org", "registry.npm" + "js", "ghcr" + ".io", "docker" + ".io",
        "/work/" + "main", "/work/" + "shared", "/tmp/" + "venv", "/root/." + "pyenv",
    ],
)  # fmt: skip
def test_no_text_names_a_registry_or_a_place_of_one_machine(word: str) -> None:
    # recorded sources.list files are data of the lab's hosts; readers' own tests may quote such lines
    assert [str(f.relative_to(ROOT)) for f, text in texts() if word in text and "collectors" not in f.parts] == []


def test_tests_have_no_init_files_and_mirror_what_they_test() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_modules_stay_small() -> None:
    lines = {f: len(f.read_text("utf-8").splitlines()) for f in modules(*CODE)}
    assert {str(f.relative_to(ROOT)): n for f, n in lines.items() if n > 400} == {}
    assert statistics.median(lines.values()) <= 150


def test_the_runner_is_a_sound_script_and_the_only_one() -> None:
    runner = ROOT / ".ci" / "run"
    assert runner.stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", str(runner)], capture_output=True, check=False).stderr == b""
    assert "set -euo pipefail" in runner.read_text("utf-8").splitlines()
    done = subprocess.run([str(runner), "nonsense"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "usage" in done.stderr
