"""Leaving in the middle: the program says what became of the work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def test_ctrl_c_says_that_what_was_collected_is_kept(tmp_path: Path) -> None:
    env = {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])}
    # A runner in the background of a shell ignores SIGINT, and its children inherit that (POSIX.1-2017, 2.11).
    running = subprocess.Popen(
        [sys.executable, "-m", "auditkit", "collect"], cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    journal = tmp_path / "audit" / "state" / "journal.jsonl"
    end = time.monotonic() + 60
    while not journal.exists() and running.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert told == "auditkit: interrupted; what was collected is kept, and the same command goes on\n"
    assert running.returncode == 130
