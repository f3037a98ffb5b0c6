"""Blocks of `systemctl show`: `Name=value` lines, a blank line between units; a property may come several times."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.probing import NotUnderstood


def units(text: str) -> Iterator[dict[str, list[str]]]:
    """Property -> its values, a dictionary a unit. Raises NotUnderstood for a line without "=".

    >>> list(units("Id=a.service\\nUser=\\n\\nId=b.timer\\n"))
    [{'Id': ['a.service'], 'User': ['']}, {'Id': ['b.timer']}]
    """
    for block in re.split(r"\n[ \t]*\n", text.strip("\n")):
        unit: dict[str, list[str]] = {}
        for line in block.split("\n"):
            name, equals, value = line.partition("=")
            if not equals or not re.fullmatch(r"[A-Za-z0-9]+", name):
                if line.strip():
                    raise NotUnderstood(f"no property: {line[:80]!r}")
                continue
            unit.setdefault(name, []).append(value)
        if unit:
            yield unit
