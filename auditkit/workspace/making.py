"""A new workspace: all of it, or nothing."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from importlib.resources import files
from pathlib import Path

from auditkit.errors import UsageError
from auditkit.workspace.files import sync_folder, trouble
from auditkit.workspace.names import slug

LANGS = ("ru", "en")
FOLDERS = ("handover", "deliverables", "kb", ".schema")
_MARK = ".auditkit-init-"
_LAST = ("targets.yaml", "client.yaml")  # a folder is a workspace by its client.yaml


def init(path: Path, client_name: str, lang: str = "ru") -> None:
    """Make the folder `path` with the files that people fill in, in their language (ru or en).

    A folder that is not there appears whole by one rename; into an empty folder (perhaps the one the user stands in) the parts are
    moved, client.yaml last. Raises UsageError for a folder that is not empty, a path that cannot be made, or a bad name; StoreError
    for a full disk.
    """
    name = _checked(client_name, lang)
    inside = _empty_folder(path)
    temp = (path if inside else path.parent) / f"{_MARK}{secrets.token_hex(4)}"
    try:
        temp.mkdir()
        _fill(temp, name, slug(path.name), lang)
        if inside:
            _move_parts(temp, path)
        else:
            temp.rename(path)
        sync_folder(path.parent)
    except OSError as e:
        raise trouble(path, e, "made") from e
    finally:
        shutil.rmtree(temp, ignore_errors=True)  # after success it is not there any more


def _checked(name: str, lang: str) -> str:
    if lang not in LANGS:
        raise UsageError(f"no templates in the language {lang!r}; there are {', '.join(LANGS)}")
    name = name.strip()
    if not name or not name.isprintable() or len(name) > 200:
        raise UsageError("the name of the client must be one line of 1-200 visible characters: auditkit init FOLDER --name 'ООО «Ромашка»'")
    return name


def _empty_folder(path: Path) -> bool:
    """True for a folder that is there and empty. Raises for one that is not empty, and for a file."""
    try:
        found = [p.name for p in path.iterdir()]
    except FileNotFoundError:
        return False
    except NotADirectoryError:
        raise UsageError(f"{path}: cannot be made: it is a file, or lies below one: name another folder") from None
    except OSError as e:
        raise trouble(path, e, "read") from e
    if left := next((n for n in found if n.startswith(_MARK)), None):
        raise UsageError(f"{path}: an `auditkit init` was cut off here: empty the folder (it holds {left}) and run it again")
    if found:
        raise UsageError(f"{path}: is not empty; a new workspace needs a folder of its own")
    return True


def _fill(folder: Path, name: str, short: str, lang: str) -> None:
    from auditkit.workspace import schema
    from auditkit.workspace.layout import Workspace

    for part in FOLDERS:
        (folder / part).mkdir()
    for file in schema.NAMES:
        template = files("auditkit.workspace").joinpath("templates", f"{file}.{lang}.yaml").read_text(encoding="utf-8")
        # JSON text is YAML text; in quotes nothing of a name can be anything but a name
        words = template.replace("@ID@", json.dumps(short)).replace("@NAME@", json.dumps(name, ensure_ascii=False))
        (folder / f"{file}.yaml").write_text(schema.first_line(file) + words, encoding="utf-8")
        (folder / schema.FOLDER / f"{file}.json").write_text(schema.text(file), encoding="utf-8")
    (folder / ".gitignore").write_text("state/\n", encoding="utf-8")
    Workspace(folder).prepare()


def _move_parts(temp: Path, path: Path) -> None:
    parts = sorted((p.name for p in temp.iterdir()), key=lambda n: (_LAST.index(n) if n in _LAST else -1, n))
    moved: list[Path] = []
    try:
        for part in parts:
            (temp / part).rename(path / part)
            moved.append(path / part)
        temp.rmdir()
    except BaseException:  # Ctrl+C too
        for done in reversed(moved):
            os.rename(done, temp / done.name)
        raise
