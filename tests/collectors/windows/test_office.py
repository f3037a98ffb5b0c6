"""Office suites by the code of the product: the name is written in the language of the system, and Edge is no suite."""

from __future__ import annotations

from datetime import date

import pytest

from auditkit.model.shared.windows import WindowsProgram
from auditkit.model.shared.workplace import OfficeSuite
from auditkit.registry import registry

OFFICE = registry().derived["windows.office"]


def suites(key: str, name: str, version: str = "") -> list[OfficeSuite]:
    program = WindowsProgram(registry_key=key, name=name, version=version, publisher="", installed_on=None, bits=64)
    return [s for s in OFFICE.read([program]) if isinstance(s, OfficeSuite)]


@pytest.mark.parametrize(
    ("key", "name", "version", "product", "year", "ends"),
    [
        ("ProPlus2019Retail - ru-ru", "Microsoft Office профессиональный плюс 2019 - ru-ru", "16.0.10406.20006", "microsoft-office", "2019",
         date(2025, 10, 14)),
        ("ProPlus2021Volume - en-us", "Microsoft Office LTSC Professional Plus 2021 - en-us", "16.0.14332.2", "microsoft-office", "2021",
         date(2026, 10, 13)),
        ("HomeBusinessRetail - ru-ru", "Microsoft Office для дома и бизнеса - ru-ru", "16.0.9126.2", "microsoft-office", "2016",
         date(2025, 10, 14)),
        ("{90140000-0011-0000-0000-0000000FF1CE}", "Microsoft Office профессиональный плюс 2010", "14.0.7015.1000",
         "microsoft-office", "2010", date(2020, 10, 13)),
        ("Office15.STANDARD", "Microsoft Office Стандартный 2013", "15.0.4569.1506", "microsoft-office", "2013", date(2023, 4, 11)),
        ("{A1}", "LibreOffice 24.8.3.2", "24.8.3.2", "libreoffice", "24.8", date(2025, 6, 12)),
    ],
)  # fmt: skip
def test_a_suite_and_its_end(key: str, name: str, version: str, product: str, year: str, ends: date) -> None:
    (found,) = suites(key, name, version)
    assert (found.product, found.version, found.ends, found.state) == (product, year, ends, "dated")


def test_a_subscription_has_no_end_and_what_no_table_has_is_unknown() -> None:
    (subscription,) = suites("O365BusinessRetail - ru-ru", "Приложения Microsoft 365 для бизнеса - ru-ru", "16.0.17928.20114")
    assert (subscription.product, subscription.state) == ("microsoft-365", "rolling")
    (russian,) = suites("{B2}", "Р7-Офис. Редакторы 2024.3.2", "2024.3.2")
    assert (russian.product, russian.state, russian.ends) == ("r7-office", "unknown", None)
    (newer,) = suites("ProPlus2027Volume - ru-ru", "Microsoft Office 2027", "16.0.1.1")
    assert newer.state == "unknown"


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("{90160000-001F-0419-0000-0000000FF1CE}", "Microsoft Office Proofing (Russian) 2016"),
        ("{90160000-008C-0000-1000-0000000FF1CE}", "Office 16 Click-to-Run Extensibility Component"),
        ("VisioPro2019Retail - ru-ru", "Microsoft Visio профессиональный 2019"),
        ("OneDriveSetup.exe", "Microsoft OneDrive"),
    ],
)
def test_a_part_of_a_suite_is_no_suite(key: str, name: str) -> None:
    assert suites(key, name, "16.0.1") == []
