"""The main job as the least of users: less is seen, nothing turns green because of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import need

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.lab  # needs root, and an interpreter outside root's own folders
NOBODY = 65534
# env(1) between: setpriv itself still has root's capabilities when it starts a program, and would get into folders of root
AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--", "env")
Verdicts = dict[tuple[str, str], str]


def runs(*argv: str) -> bool:
    """Whether nobody can run that: an interpreter in root's own folder cannot be."""
    return subprocess.run([*AS_NOBODY, *argv], capture_output=True, check=False, cwd="/").returncode == 0


def interpreter() -> str:
    """A Python that nobody can run with this environment's packages: this one, or the system's of the same version."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (os.path.realpath(sys.executable), f"/usr/bin/python{version}"):
        if Path(candidate).exists() and runs(candidate, "-c", f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"):
            return candidate
    need(False, f"no Python {version} that nobody can run")
    raise AssertionError


class Folder:
    """A folder of one user, with auditkit run in it."""

    def __init__(self, place: Path, prefix: tuple[str, ...], python: str) -> None:
        self.place, self.prefix, self.python = place, prefix, python

    def run(self, *words: str) -> dict[str, Any]:
        packages = os.pathsep.join((str(ROOT), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")))
        env = {"PATH": "/usr/bin:/bin", "HOME": str(self.place), "PYTHONPATH": packages, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
        argv = [*self.prefix, self.python, "-m", "auditkit", *words, "--json"]
        done = subprocess.run(argv, cwd=self.place, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    def verdicts(self) -> Verdicts:
        return {(v["check"], v["asset"]): v["verdict"] for v in self.run("check")["verdicts"]}


@pytest.fixture(scope="module")
def folders() -> Iterator[tuple[Folder, Folder]]:
    """Of nobody and of root, both audited; not in pytest's own folder, which nobody may not enter."""
    need(os.geteuid() == 0, "only root can run something as nobody")
    python = interpreter()
    base = Path(tempfile.mkdtemp(prefix="auditkit-nobody-"))
    try:
        base.chmod(0o755)
        for name in ("nobody", "root"):
            (base / name).mkdir()
        os.chown(base / "nobody", NOBODY, NOBODY)
        need(runs("test", "-r", str(ROOT / "pyproject.toml")), "nobody cannot read this checkout")
        yield Folder(base / "nobody", AS_NOBODY, python), Folder(base / "root", (), python)
    finally:
        shutil.rmtree(base)


@pytest.fixture(scope="module")
def told(folders: tuple[Folder, Folder]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What `audit --json` said to nobody and to root."""
    nobody, root = folders
    return nobody.run("audit", "--lang", "en"), root.run("audit", "--lang", "en")


def test_nobody_gets_every_document(told: tuple[dict[str, Any], dict[str, Any]]) -> None:
    kinds = sorted(f["kind"] for f in told[0]["files"])
    assert kinds == ["docx", "html", "kb", "xlsx"]
    assert all(os.stat(f["path"]).st_uid == NOBODY for f in told[0]["files"])


def test_what_needs_root_is_unknown_and_not_absent(told: tuple[dict[str, Any], dict[str, Any]]) -> None:
    nobody, root = told
    assert nobody["coverage"]["unknown"] > root["coverage"]["unknown"]
    assert nobody["coverage"]["found"] < root["coverage"]["found"]
    assert nobody["targets"][0]["state"] == "partial"
    assert nobody["targets"][0]["cause"] == "no_sudo"


def test_knowing_less_changes_no_verdict_except_to_unknown(told: object, folders: tuple[Folder, Folder]) -> None:
    nobody, root = (folder.verdicts() for folder in folders)
    assert set(nobody) == set(root)
    changed = {key: (root[key], nobody[key]) for key in root if nobody[key] not in (root[key], "unknown")}
    assert changed == {}
    assert {nobody["LIN-06", "localhost"], nobody["LIN-08", "localhost"]} == {"unknown"}  # passwords: /etc/shadow is root's alone


def test_the_document_says_that_root_was_needed(told: tuple[dict[str, Any], dict[str, Any]]) -> None:
    (page,) = (Path(f["path"]).read_text("utf-8") for f in told[0]["files"] if f["kind"] == "html")
    assert "needs root" in page
