"""Runs a template in a process of its own: a template is somebody's program, and may loop, eat memory or try to get out."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Literal

import msgspec

from auditkit import resources
from auditkit.errors import TemplateError

LARGEST = 50 * 2**20  # bytes of a template
SECONDS = 180.0       # a template may run


def template(name: str, client_dir: Path | None) -> tuple[str, bytes]:
    """Where the template that counts lies (client, firm, built-in), and its bytes. Raises TemplateError."""
    source = resources.find("report_templates", name, client_dir)
    if source is None:
        raise TemplateError(f"report_templates/{name}: the built-in template is missing: install the program again")
    try:
        raw = source.read_bytes()
    except OSError as e:
        raise TemplateError(f"{source}: cannot be read: {e.strerror}") from e
    if len(raw) > LARGEST:
        raise TemplateError(f"{source}: {len(raw) >> 20} MB: a template has at most {LARGEST >> 20} MB; make its pictures smaller")
    return str(source), raw


def run(kind: Literal["docx", "html"], name: str, *given: object) -> bytes:
    """What the template makes of what is given. name: for messages. Raises TemplateError naming what is wrong in it."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    command = [sys.executable, "-m", "auditkit.reporting.template_child"]
    try:
        child = subprocess.run(command, input=pickle.dumps((kind, given)), capture_output=True, timeout=SECONDS, env=env, check=False)
    except subprocess.TimeoutExpired as e:
        raise TemplateError(f"{name}: it was not ready after {SECONDS:.0f} s: look for a loop without end in it") from e
    if child.returncode != 0:
        said = child.stderr.decode(errors="replace").strip().splitlines()[-1:] or [f"exit code {child.returncode}"]
        raise TemplateError(f"{name}: it cannot be run: {said[0][:300]}")
    state, answer = msgspec.msgpack.decode(child.stdout)
    if state != "ok" or not isinstance(answer, bytes):
        raise TemplateError(f"{name}: {answer!s}")
    return answer
