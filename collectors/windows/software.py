"""Installed programs. From the registry: asking Win32_Product would make Windows repair every one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from auditkit.model.shared.windows import WindowsProgram
from auditkit.probing import NotUnderstood, PowerShell, Reply, probe

from ._section import Section, text, whole


@probe("windows.software", PowerShell("software"), on=("windows",))
def software(reply: Reply) -> Iterator[WindowsProgram]:
    """Both views of the registry; components that Windows itself hides from its list are left out, updates of a program as well.

    A 32-bit Windows has one view, and it holds 32-bit programs.
    """
    section = Section(reply, "pointer", "program")
    pointer = section.one("pointer")
    if pointer is None:
        raise NotUnderstood("the size of a pointer is not told")
    wide = whole(pointer, "bytes") == 8
    for row in section.rows("program"):
        if row["component"] != 1:
            bits = whole(row, "bits") if wide else 32
            if bits not in (32, 64):
                raise NotUnderstood(f"bits {bits}")
            yield WindowsProgram(
                registry_key=text(row, "key"), name=text(row, "name").strip(), version=text(row, "version").strip(),
                publisher=text(row, "publisher").strip(), installed_on=_day(text(row, "date")), bits=bits,  # type: ignore[arg-type]
            )  # fmt: skip


def _day(said: str) -> date | None:
    """yyyymmdd, as Windows Installer writes it; what others put there (13.11.2026, a Unix time) has no one meaning.

    >>> _day("20260412"), _day("4/12/2026"), _day("20261399")
    (datetime.date(2026, 4, 12), None, None)
    """
    found = re.fullmatch(r"(\d{4})(\d\d)(\d\d)", said.strip())
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None
