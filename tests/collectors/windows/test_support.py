"""Until when a Windows has fixes: by build and edition, a workplace apart from a server of the same build."""

from __future__ import annotations

import json
import os
import re
from datetime import date
from pathlib import Path

import pytest

from auditkit.model.shared.host import OsRelease
from auditkit.model.shared.windows import WindowsEdition, WindowsSupport
from auditkit.registry import registry

REGISTRY = registry()


def support(version: str, edition: str, kind: str = "workstation") -> WindowsSupport:
    told = WindowsEdition(
        kind=kind, build=1, ubr=None, installation="", edition=edition, architecture="", service_pack=0, language=None, installed_at=None  # type: ignore[arg-type]
    )
    release = OsRelease(
        os_family="windows", distro="windows" if kind == "workstation" else "windows-server", based_on=(), name="Windows", version=version,
        full_version="", codename="", variant=edition, pretty="",
    )  # fmt: skip
    (found,) = REGISTRY.derived["windows.support"].read(told, release)
    assert isinstance(found, WindowsSupport)
    return found


@pytest.mark.parametrize(
    ("version", "edition", "ends"),
    [
        ("10 22H2", "Professional", date(2025, 10, 14)),
        ("10 1809", "Professional", date(2020, 11, 10)),
        ("10 1809", "Enterprise", date(2021, 5, 11)),
        ("10 1809", "EnterpriseS", date(2029, 1, 9)),  # long-term
        ("10 21H2", "IoTEnterpriseS", date(2032, 1, 13)),
        ("11 24H2", "Core", date(2026, 10, 13)),
        ("11 24H2", "Education", date(2027, 10, 12)),
        ("XP", "Professional", date(2014, 4, 8)),
        ("Vista", "Business", date(2017, 4, 11)),
        ("7", "Professional", date(2020, 1, 14)),
    ],
)
def test_an_edition_has_its_own_end(version: str, edition: str, ends: date) -> None:
    assert support(version, edition).ends == ends


def test_a_build_in_no_table_is_unknown_and_a_server_of_that_build_is_no_workplace() -> None:
    assert support("", "Professional").state == "unknown"
    assert support("2019", "ServerStandard", "server").ends == date(2029, 1, 9)


@pytest.mark.skipif("AUDITKIT_CORPORA" not in os.environ, reason="AUDITKIT_CORPORA names no folder with endoflife-date-*.json")
def test_workplaces_agree_with_an_independent_collection() -> None:
    (file,) = Path(os.environ["AUDITKIT_CORPORA"]).glob("endoflife-date-*.json")
    editions = {"": "Professional", "-w": "Professional", "-e": "Enterprise", "-e-lts": "EnterpriseS", "-iot-lts": "IoTEnterpriseS"}
    compared = 0
    for release in json.loads(file.read_text())["windows"]["releases"]:
        found = re.fullmatch(r"(10|11)-(\d{4}|\d\dh\d)(|-w|-e|-e-lts|-iot-lts)", release["releaseCycle"])
        if found:
            version = f"{found[1]} {found[2].upper()}"
            assert support(version, editions[found[3]]).ends == date.fromisoformat(release["eol"]), version
            compared += 1
    assert compared >= 40
