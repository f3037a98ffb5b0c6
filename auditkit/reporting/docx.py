"""Word: a template that a manager can restyle, run in a child process; every statement in a bookmark; contents with numbers of pages."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from auditkit import resources
from auditkit.errors import TemplateError
from auditkit.i18n import Lang
from auditkit.reporting import office, toc
from auditkit.reporting.context import context
from auditkit.reporting.document import Document, Label, label
from auditkit.reporting.identity import identity_line
from auditkit.reporting.safe import atomically
from auditkit.reporting.words import shown, title_of

TEMPLATE = "audit.docx"
LARGEST = 50 * 2**20  # bytes of a template
SECONDS = 180.0       # a template may run
Notice = Label


def write_docx(document: Document, lang: Lang, path: Path, client_dir: Path | None = None) -> tuple[Notice, ...]:
    """Write the document as a Word file; what is lacking in it comes back as notices (words(notice, lang) prints one).

    The template is `report_templates/audit.docx` of the client, the firm, or the built-in one.
    Raises TemplateError (names the template and what is wrong in it) and UsageError (cannot be written); neither leaves half a file.
    """
    made, notices = docx_of(document, lang, client_dir)
    with atomically(path) as draft:
        draft.write_bytes(made)
    return notices


def docx_of(document: Document, lang: Lang, client_dir: Path | None = None) -> tuple[bytes, tuple[Notice, ...]]:
    """The Word file as bytes, and notices. Raises TemplateError."""
    source = resources.find("report_templates", TEMPLATE, client_dir)
    if source is None:
        raise TemplateError(f"report_templates/{TEMPLATE}: the built-in template is missing: install the program again")
    template = source.read_bytes()
    if len(template) > LARGEST:
        raise TemplateError(f"{source}: {len(template) >> 20} MB: a template has at most {LARGEST >> 20} MB; make its pictures smaller")
    line = identity_line(document, lang)
    properties = {
        "title": title_of(document.title, lang)[:255], "subject": shown(document.meta.client)[:255],
        "author": shown(document.meta.auditor)[:255], "identifier": line, "keywords": line, "language": lang, "comments": "",
    }
    made = _in_child(str(source), template, context(document, lang), properties)
    return _numbered(made) if toc.waiting(made) else (made, ())


def _numbered(made: bytes) -> tuple[bytes, tuple[Notice, ...]]:
    program = office.found()
    if program is None:
        return toc.fill(made, {}), (label("notice.toc_no_office"),)
    try:
        return toc.fill(made, toc.pages_of(made, program)), ()
    except office.OfficeFailed as e:
        return toc.fill(made, {}), (label("notice.toc_failed", why=str(e)),)


def _in_child(name: str, template: bytes, names: Mapping[str, Any], properties: Mapping[str, str]) -> bytes:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    try:
        child = subprocess.run(
            [sys.executable, "-m", "auditkit.reporting.docx_child"], input=pickle.dumps((template, names, properties)), capture_output=True,
            timeout=SECONDS, env=env, check=False,
        )
    except subprocess.TimeoutExpired as e:
        raise TemplateError(f"{name}: it was not ready after {SECONDS:.0f} s: look for a loop without end in it") from e
    if child.returncode != 0:
        said = child.stderr.decode(errors="replace").strip().splitlines()[-1:] or [f"exit code {child.returncode}"]
        raise TemplateError(f"{name}: it cannot be run: {said[0][:300]}")
    state, answer = msgspec.msgpack.decode(child.stdout)
    if state != "ok" or not isinstance(answer, bytes):
        raise TemplateError(f"{name}: {answer!s}")
    return answer
