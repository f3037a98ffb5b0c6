"""Reads `checklists/support_ends.yaml`: which product has security fixes until when. The client's firm may put its own before it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import yaml

from auditkit.errors import ConfigError
from auditkit.model.shared.software import SupportEnd
from auditkit.resources import find

_FILE = "support_ends.yaml"


@dataclass(frozen=True, slots=True)
class Product:
    """A product of the table. parts: how many parts of a version make a row; 0 = rolling. rows: version -> (ends, extended, source)."""

    parts: int
    source: str
    checked_on: date | None
    rows: dict[str, tuple[date | None, date | None, str]]


@cache
def products() -> dict[str, Product]:
    """Product id -> its rows. Raises ConfigError where the file is missing or a row is not as the file's head describes."""
    place = find("checklists", _FILE, None)
    if place is None:
        raise ConfigError(f"checklists/{_FILE} is missing from the installation: install again")
    try:
        table = yaml.safe_load(place.read_text(encoding="utf-8"))
        return {str(entry["id"]): _product(entry) for entry in table}
    except (yaml.YAMLError, LookupError, TypeError, ValueError) as e:
        raise ConfigError(f"{place}: {e}; its head says how a row is written") from e


def _product(entry: dict[str, Any]) -> Product:
    rows = {}
    for version, (_, ends, extended, *own) in entry["versions"].items():
        if not isinstance(version, str):
            raise TypeError(f"{entry['id']}: put the version {version} in quotes")
        source = _source(entry, own[0] if own else entry["source"])
        rows[version] = (None if ends == "open" else _date(ends), None if extended is None else _date(extended), source)
    return Product(int(entry["parts"]), _source(entry, entry["source"]), entry["checked_on"], rows)


def _source(entry: dict[str, Any], url: str | None) -> str:
    kind = entry.get("kind", "vendor")
    if kind not in ("vendor", "secondary"):
        raise ValueError(f"{entry['id']}: kind is vendor or secondary, not {kind!r}")
    return f"{url} (secondary)" if url and kind == "secondary" else url or ""


def _date(value: object) -> date:
    if not isinstance(value, date):
        raise TypeError(f"{value!r} is no date")
    return value


def support_end(product: str, version: str) -> SupportEnd:
    """What is known of a version. What the table does not know is `unknown`, never supported.

    >>> support_end("debian", "12.8").ends, support_end("nixos", "24.05").state
    (datetime.date(2026, 7, 11), 'unknown')

    source ends in "(secondary)" where it is not the vendor's own page.
    """
    known = products().get(product)
    if known is None:
        return SupportEnd(product=product, version=version, ends=None, extended_ends=None, state="unknown", source="", checked_on=None)
    row = _row(version, known)
    ends, extended, source = known.rows.get(row, (None, None, known.source))
    return SupportEnd(
        product=product,
        version=row or version,
        ends=ends,
        extended_ends=extended,
        state="rolling" if known.parts == 0 else "unknown" if not row else "dated" if ends else "open",
        source=source,
        checked_on=known.checked_on,
    )


def _row(version: str, known: Product) -> str:
    """The row of a version, or "": 12.8 of Debian is 12, p10.2 of ALT is 10, 1.7_x86-64 of Astra is 1.7."""
    row = ".".join(re.findall(r"\d+", version.partition("_")[0])[: known.parts])
    return row if row in known.rows else ""
