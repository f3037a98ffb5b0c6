"""Resources of a Redfish service: fields that may be missing, null, or of another kind than the schema says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from auditkit.model.shared.iron import Health
from auditkit.probing import NotHere, NotUnderstood, Reply

_HEALTH: dict[str, Health] = {"OK": "ok", "Warning": "warning", "Critical": "critical"}
_PLACEHOLDERS = frozenset({"", "none", "n/a", "to be filled by o.e.m.", "default string", "system serial number", "not specified", "0"})


class Resource:
    """One resource and its address. Raises NotUnderstood where the line is none."""

    def __init__(self, at: str, body: Any) -> None:
        if not isinstance(body, dict):
            raise NotUnderstood(f"{at}: no resource")
        self.at = at
        self._body: dict[str, Any] = body

    def text(self, *names: str) -> str:
        """The first of these that is a text and not empty, else ""."""
        return next((v.strip() for n in names if isinstance(v := self._get(n), str) and v.strip()), "")

    def number(self, name: str) -> float | None:
        """None where it is not told. Raises NotUnderstood for what is no number."""
        value = self._get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise NotUnderstood(f"{self.at}: {name} is no number")
        return value

    def whole(self, name: str) -> int | None:
        """The same as a whole number."""
        found = self.number(name)
        return None if found is None else int(found)

    def truth(self, name: str) -> bool | None:
        """None where it is not told. Raises NotUnderstood for what is neither."""
        value = self._get(name)
        if value is not None and not isinstance(value, bool):
            raise NotUnderstood(f"{self.at}: {name} is neither true nor false")
        return value

    def health(self) -> Health | None:
        """Status.HealthRollup, else Status.Health (DSP0266, 9.5.11); None = not told. Raises NotUnderstood for another word."""
        said = self._get("Status.HealthRollup") or self._get("Status.HealthRollUp") or self._get("Status.Health")
        if said is None:
            return None
        if said not in _HEALTH:
            raise NotUnderstood(f"{self.at}: health {str(said)[:40]!r}")
        return _HEALTH[said]

    def moment(self, name: str) -> datetime | None:
        """A time in UTC; None where it is not told or has no zone. Raises ValueError."""
        said = self.text(name)
        at = datetime.fromisoformat(said) if said else None
        return None if at is None or at.tzinfo is None else at.astimezone(UTC)

    def serial(self, *names: str) -> str:
        """A serial number; a placeholder is none."""
        said = self.text(*names)
        return "" if said.lower() in _PLACEHOLDERS else said

    def tells(self, name: str) -> bool:
        """Whether it says anything of that, were it that there is none."""
        return self._get(name) is not None

    @property
    def empty(self) -> bool:
        """Whether it is a place where nothing is plugged in (Status.State)."""
        return bool(self._get("Status.State") == "Absent")

    def parts(self, name: str) -> Iterator[Resource]:
        """Objects of a list inside, each with an address of its own. Raises NotUnderstood where that is no list."""
        held = self._get(name)
        if held is None:
            return
        if not isinstance(held, list):
            raise NotUnderstood(f"{self.at}: {name} is no list")
        for n, body in enumerate(held):
            made = Resource(f"{self.at}#/{name}/{n}", body)
            made.at = made.text("@odata.id") or made.at
            yield made

    def _get(self, path: str) -> Any:
        value: Any = self._body
        for name in [path] if path.startswith("@") else path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        return value


def resources(reply: Reply) -> Iterator[Resource]:
    """Every resource of the reply. What was not given is told by the code of the reply. Raises NotUnderstood."""
    for row in reply.rows():
        if "status" in row:
            continue
        yield Resource(str(row["at"]), row["body"])


def plugged(reply: Reply, what: str) -> Iterator[Resource]:
    """Resources that are not empty places. Raises NotHere where there are places, and all of them are empty."""
    held = list(resources(reply))
    if held and all(r.empty for r in held):
        raise NotHere(f"every place for {what} is empty")
    yield from (r for r in held if not r.empty)
