"""Asking a reader directly: what a probe makes of these bytes."""

from __future__ import annotations

from typing import Any

from auditkit.model import Found, Outcome
from auditkit.probing import Reply
from auditkit.registry import registry


def outcome(probe: str, out: str | bytes, *, err: str = "", code: int = 0, way: int = 0, root: bool = True, arg: str = "") -> Outcome:
    """The outcome of `linux.<probe>` for that reply."""
    raw = out if isinstance(out, bytes) else out.encode()
    return registry().probes[f"linux.{probe}"].outcome(Reply(raw, err.encode(), code, arg=arg, way=way, root=root, key=b"k"))


def facts(probe: str, out: str | bytes, **how: Any) -> list[Any]:
    """The facts; fails where there are none to be had."""
    told = outcome(probe, out, **how)
    assert isinstance(told, Found), told
    return list(told.facts)
