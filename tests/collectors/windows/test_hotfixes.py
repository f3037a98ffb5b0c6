"""InstalledOn: a day as it is written; what has no one meaning is no day."""

from __future__ import annotations

from datetime import date

import pytest

from auditkit.model import Found
from auditkit.probing import Reply
from auditkit.registry import registry


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("11/12/2026", date(2026, 11, 12)),
        ("13.09.2026", date(2026, 9, 13)),
        ("20260412", date(2026, 4, 12)),
        ("", None),
        ("13/11/2026", None),
        ("July 2026", None),
    ],
)
def test_the_day_of_a_hotfix(said: str, day: date | None) -> None:
    line = f'{{"_": "Win32_QuickFixEngineering", "HotFixID": "KB1", "Description": "", "InstalledOn": "{said}"}}\n'
    found = registry().probes["windows.hotfixes"].outcome(Reply(line.encode()))
    assert isinstance(found, Found)
    assert [getattr(f, "installed_on", "none") for f in found.facts] == [day]
