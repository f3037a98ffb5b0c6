"""What a test needs of the machine it runs on."""

from __future__ import annotations

import os

import pytest


def need(condition: object, reason: str) -> None:
    """Go on where the condition holds; else skip with that reason, and where CI is set fail: there nothing may be missing quietly."""
    if condition:
        return
    if os.environ.get("CI"):
        pytest.fail(f"missing here, and CI is set: {reason}")
    pytest.skip(reason)
