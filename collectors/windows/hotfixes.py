"""Updates that the component store lists, and when each was installed as far as that has one meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from auditkit.model.shared.windows import Hotfix
from auditkit.probing import PowerShell, Reply, probe

from ._section import Section, text

_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


@probe("windows.hotfixes", PowerShell("hotfixes"), on=("windows",))
def hotfixes(reply: Reply) -> Iterator[Hotfix]:
    """Win32_QuickFixEngineering. "File 1" is a row of Windows XP without a number: its file, not an update."""
    found: dict[str, Hotfix] = {}
    for row in Section(reply, "Win32_QuickFixEngineering").rows("Win32_QuickFixEngineering"):
        name = text(row, "HotFixID")
        if not re.fullmatch(r"(?i)file 1", name):
            found[name] = Hotfix(hotfix=name, kind=text(row, "Description"), installed_on=installed_on(text(row, "InstalledOn")))
    yield from found.values()


def installed_on(said: str) -> date | None:
    """InstalledOn as WMI has it, not as PowerShell's Get-HotFix makes it: a US date whatever the language of Windows; on
    Vista and 2008 the hexadecimal FILETIME in UTC; yyyymmdd. The day is taken as written: through UTC it would lose one.

    A date in another order has two meanings ("3.4.2026" in a Russian system is a US "3/4/2026" turned): with dots the day is first.

    >>> installed_on("11/12/2026"), installed_on("13.11.2026"), installed_on("01c9fa5eb3d3e3a0"), installed_on("")
    (datetime.date(2026, 11, 12), datetime.date(2026, 11, 13), datetime.date(2009, 7, 1), None)
    """
    text_ = said.strip()
    if m := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: 0?0:00:00| 12:00:00 AM)?", text_):
        return _date(int(m[3]), int(m[1]), int(m[2]))
    if m := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?: 0?0:00:00)?", text_):
        return _date(int(m[3]), int(m[2]), int(m[1]))
    if m := re.fullmatch(r"(\d{4})-?(\d\d)-?(\d\d)", text_):
        return _date(int(m[1]), int(m[2]), int(m[3]))
    if re.fullmatch(r"(?i)0[0-9a-f]{15}", text_):
        at = _EPOCH + timedelta(microseconds=int(text_, 16) // 10)
        return at.date() if at.year > 2000 else None
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
