"""Values as directories write them: bits, spans of time, numbers that mean "no limit"."""

from __future__ import annotations

from auditkit.ldif import Entry, LdifError

from ._names import hidden

_DAY, _MINUTE = 864_000_000_000, 600_000_000  # units of 100 ns
_FOREVER = -0x8000000000000000  # MS-SAMR 3.1.1.1: a span that never ends


def bit(flags: int | None, mask: int) -> bool | None:
    """Whether a flag is set; None = the flags were not seen."""
    return None if flags is None else bool(flags & mask)


def days(e: Entry, name: str) -> float | None:
    """A span (negative, 100 ns) in days; 0 = no limit."""
    return _span(e, name, _DAY)


def minutes(e: Entry, name: str) -> float | None:
    """A span (negative, 100 ns) in minutes; 0 = without end."""
    return _span(e, name, _MINUTE)


def _span(e: Entry, name: str, unit: int) -> float | None:
    found = e.number(name)
    if found is None:
        return None
    if found > 0:
        raise LdifError(f"{e.dn}: {name} is {found}: a span of time is not positive")
    return 0.0 if found in (0, _FOREVER) else round(-found / unit, 4)


def default(e: Entry, name: str, value: int) -> int | None:
    """A number that means `value` where it is not set; None where the object's attributes may not be read."""
    found = e.number(name)
    return found if found is not None or hidden(e) else value
