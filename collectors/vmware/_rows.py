"""Rows of the vSphere API: a property that is not there is unset (its default), one under "missing" may not be read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from auditkit.probing import NotUnderstood, Reply

ABSENT: Any = object()


class Row:
    """One object. `get("config.hardware.numCPU")` walks paths that were asked, then the fields of their data objects."""

    def __init__(self, data: dict[str, Any], kind: str) -> None:
        """Raises NotUnderstood for an object of another kind, or without its id."""
        if data.get("_") != kind or not isinstance(data.get("ref"), str):
            raise NotUnderstood(f"no {kind}: {str(data)[:80]}")
        self.ref: str = data["ref"]
        self._data = data
        missing = data.get("missing") or {}
        self._missing = tuple(missing)

    def seen(self, path: str) -> bool:
        """Whether that property was readable at all."""
        return not any(path == m or path.startswith(m + ".") or m.startswith(path + ".") for m in self._missing)

    def get(self, path: str, unset: Any = None) -> Any:
        """The value; `unset` where it is readable and not set; None where it may not be read."""
        if not self.seen(path):
            return None
        parts = path.split(".")
        for n in range(len(parts), 0, -1):
            asked = ".".join(parts[:n])
            if asked in self._data:
                value = self._data[asked]
                for part in parts[n:]:
                    value = value.get(part, ABSENT) if isinstance(value, dict) else ABSENT
                return unset if value is ABSENT else value
        return unset

    def moment(self, path: str) -> datetime | None:
        """A time in UTC. Raises ValueError."""
        found = self.get(path)
        return None if found is None else datetime.fromisoformat(found)


def rows(reply: Reply, kind: str) -> Iterator[Row]:
    """Every object of the reply. Raises NotUnderstood."""
    for data in reply.rows():
        yield Row(data, kind)
