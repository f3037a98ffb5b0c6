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


def need_extra(condition: object, extra: str, reason: str) -> None:
    """The same for what an optional extra brings: it may be missing even in CI, but where $AUDITKIT_EXTRAS names the extra."""
    if condition:
        return
    if extra in os.environ.get("AUDITKIT_EXTRAS", "").split(","):
        pytest.fail(f"missing here, although the extra {extra} is asked for: {reason}")
    pytest.skip(f"the extra {extra}: {reason}")
