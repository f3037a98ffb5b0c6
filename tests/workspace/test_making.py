"""A new workspace: all of it, or nothing; what it says is true."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from auditkit.errors import StoreError, UsageError
from auditkit.workspace import making
from auditkit.workspace.client import read_client
from auditkit.workspace.files import write_whole
from auditkit.workspace.layout import Workspace
from auditkit.workspace.schema import schema
from auditkit.workspace.targets import read_targets
from auditkit.workspace.yamlfile import parse

PARTS = {".gitignore", ".schema", "client.yaml", "deliverables", "handover", "kb", "state", "targets.yaml"}


def test_what_is_in_it(tmp_path: Path) -> None:
    made = Workspace.init(tmp_path / "Ромашка", 'ООО «Ромашка»: "лучшая" #1')
    assert set(os.listdir(made.path)) == PARTS
    assert stat.S_IMODE(made.state.stat().st_mode) == 0o700
    assert made.client().client.name == 'ООО «Ромашка»: "лучшая" #1'
    assert made.client_id == "romashka"
    assert made.targets() == ()
    assert os.listdir(tmp_path) == ["Ромашка"]
    for name in ("client", "targets"):
        assert (made.path / f"{name}.yaml").read_text().startswith(f"# yaml-language-server: $schema=.schema/{name}.json\n")
        assert json.loads((made.path / ".schema" / f"{name}.json").read_text()) == schema(name)


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_the_examples_in_the_comments_are_right(tmp_path: Path, lang: str) -> None:
    """What stands behind one # is what the reader takes when the # is removed."""
    made = Workspace.init(tmp_path / "acme", "Acme", lang)
    for name in ("client", "targets"):
        text = (made.path / f"{name}.yaml").read_text().split("\n", 1)[1]
        whole = re.sub(r"(?m)^# ", "", text)
        assert re.findall(r"(?m)^#(?!#).*", whole) == []  # every comment is an explanation or an example
        document = parse(f"{name}.yaml", whole.encode())
        if name == "client":
            client = read_client(document)
            assert all(
                (client.sites, client.contacts, client.services, client.elements, client.groups, client.dependencies, client.accepted)
            )
            assert client.predecessor.key_fingerprints
            assert client.permission is not None
        else:
            assert [(t.id, t.transport) for t in read_targets(document)] == [("srv1", "ssh"), ("srv2", "ssh"), ("here", "local")]


def test_the_russian_and_the_english_templates_show_the_same_keys(tmp_path: Path) -> None:
    shown = []
    for lang in ("ru", "en"):
        made = Workspace.init(tmp_path / lang, "Acme", lang)
        text = "".join((made.path / f"{name}.yaml").read_text() for name in ("client", "targets"))
        shown.append(re.findall(r"(?m)^(?:# )?(?!##)[ {-]*([a-z_]+):", text))
    assert shown[0] == shown[1]
    assert len(shown[0]) > 50


def test_an_empty_folder_is_taken_and_stays_the_same_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "acme"
    place.mkdir()
    number = place.stat().st_ino
    monkeypatch.chdir(place)  # mkdir acme; cd acme; auditkit init .
    made = Workspace.init(".", "Acme")
    assert place.stat().st_ino == number
    assert set(os.listdir()) == PARTS
    assert made.client_id == "acme"


def test_what_is_refused(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("")
    (tmp_path / "file").write_text("")
    for name, says in (
        ("full", "full: is not empty; a new workspace needs a folder of its own"),
        ("file", "file: cannot be made: it is a file, or lies below one: name another folder"),
        ("file/below", "below: cannot be made: it is a file, or lies below one: name another folder"),
        ("no/parent", "parent: cannot be made: there is no such folder: make it first"),
    ):
        with pytest.raises(UsageError, match=says):
            Workspace.init(tmp_path / name, "Acme")
    assert sorted(os.listdir(tmp_path)) == ["file", "full"]


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\x1b[31m", "x" * 201])
def test_names_that_are_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="must be one line of 1-200 visible characters"):
        Workspace.init(tmp_path / "acme", name)
    assert os.listdir(tmp_path) == []


def test_a_language_without_templates(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no templates in the language 'de'; there are ru, en"):
        Workspace.init(tmp_path / "acme", "Acme", "de")


@pytest.mark.parametrize("there", [False, True])
def test_a_full_disk_leaves_nothing_behind(small_disk: Path, there: bool) -> None:
    write_whole(small_disk / "fill", b"x" * 30_000)
    if there:
        (small_disk / "acme").mkdir()
    with pytest.raises(StoreError, match="the disk is full; free some space and run it again"):
        Workspace.init(small_disk / "acme", "Acme")
    assert sorted(os.listdir(small_disk)) == (["acme", "fill"] if there else ["fill"])
    assert not there or os.listdir(small_disk / "acme") == []


@pytest.mark.parametrize("there", [False, True])
def test_stopped_in_the_middle_it_leaves_nothing_behind(tmp_path: Path, there: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if there:
        (tmp_path / "acme").mkdir()
    moves: list[str] = []

    def stop(old: Path, new: Path) -> Path:
        moves.append(new.name)
        if there and len(moves) < 4:
            os.rename(old, new)
            return new
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "rename", stop)
    with pytest.raises(KeyboardInterrupt):
        Workspace.init(tmp_path / "acme", "Acme")
    assert os.listdir(tmp_path) == (["acme"] if there else [])
    assert not there or os.listdir(tmp_path / "acme") == []


def test_killed_in_the_middle_it_says_so_the_next_time(tmp_path: Path) -> None:
    (tmp_path / ".auditkit-init-1234").mkdir()
    with pytest.raises(UsageError, match=r"an `auditkit init` was cut off here: empty the folder \(it holds \.auditkit-init-1234\)"):
        Workspace.init(tmp_path, "Acme")


def test_client_yaml_comes_last_for_it_makes_the_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved: list[str] = []
    real = Path.rename

    def watch(old: Path, new: Path) -> Path:
        moved.append(new.name)
        return real(old, new)

    monkeypatch.setattr(Path, "rename", watch)
    Workspace.init(tmp_path, "Acme")
    assert moved[-2:] == ["targets.yaml", "client.yaml"]
    assert set(moved) == PARTS


def test_a_folder_that_cannot_be_written(as_nobody: Callable[..., str]) -> None:
    assert as_nobody("Workspace.init(sys.argv[1], 'Acme')", "/usr/acme") == (
        "UsageError /usr/acme: cannot be made: no permission: run as the owner of the folder, or give this user the right to it"
    )


def test_every_template_travels_with_the_package() -> None:
    for name in ("client", "targets"):
        for lang in making.LANGS:
            assert (Path(making.__file__).parent / "templates" / f"{name}.{lang}.yaml").is_file()
