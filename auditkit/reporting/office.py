"""LibreOffice as a converter: a profile of its own, a deadline, and no need of a home folder."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

_NAMES = ("soffice", "libreoffice")


class OfficeFailed(Exception):
    """LibreOffice is there but did not deliver; the text says why."""


def found() -> str | None:
    """The path of LibreOffice, or None."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def converted(source: bytes, suffix: str, to: str, program: str, *, seconds: float = 180.0) -> bytes:
    """A document in another format. suffix: "docx"; to: "pdf" or a filter, 'pdf:writer_pdf_Export:{...}'. Raises OfficeFailed."""
    with tempfile.TemporaryDirectory(prefix="auditkit-office-") as folder:
        work = Path(folder)
        (work / f"in.{suffix}").write_bytes(source)
        command = [program, f"-env:UserInstallation={(work / 'profile').as_uri()}", "--headless", "--norestore", "--nolockcheck",
                   "--nodefault", "--nofirststartwizard", "--convert-to", to, "--outdir", str(work / "out"), str(work / f"in.{suffix}")]
        _run(command, work, seconds)
        made = work / "out" / f"in.{to.partition(':')[0]}"
        if not made.is_file():
            raise OfficeFailed("it ended without a result")
        return made.read_bytes()


def _run(command: list[str], work: Path, seconds: float) -> None:
    own = {"HOME": str(work), "TMPDIR": str(work), "SAL_USE_VCLPLUGIN": "svp"}
    env = {**{k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL", "LC_CTYPE")}, **own}
    try:
        child = subprocess.Popen(
            command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )
    except OSError as e:
        raise OfficeFailed(f"it does not start: {e.strerror}") from e
    try:
        said, _ = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired as e:
        raise OfficeFailed(f"it was not ready after {seconds:.0f} s") from e
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)  # soffice is a script that starts soffice.bin: the whole group goes
            child.communicate()
    if child.returncode != 0:
        raise OfficeFailed(f"exit code {child.returncode}: {said.decode(errors='replace').strip()[-200:]}")
