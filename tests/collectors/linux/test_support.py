"""Support ends: what nobody knows is never called supported; restarts: kernels of one flavour alone are compared."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pytest

from auditkit.model import Found
from auditkit.model.shared.host import Kernel, OsRelease
from auditkit.model.shared.software import InstalledKernel, Package, RebootRequired, SupportEnd
from auditkit.probing import Reply
from auditkit.registry import registry
from tests.lab import cases


def ends(distro: str, version: str, name: str = "", pretty: str = "") -> SupportEnd:
    release = OsRelease(
        os_family="linux", distro=distro, based_on=(), name=name, version=version, full_version=version, codename="", variant="",
        pretty=pretty,
    )  # fmt: skip
    (row,) = registry().derived["host.support"].read(release, [])
    assert isinstance(row, SupportEnd)
    return row


@pytest.mark.parametrize(
    ("distro", "version", "expected"),
    [
        ("debian", "12", date(2026, 7, 11)),
        ("debian", "8", date(2018, 6, 17)),
        ("ubuntu", "20.04", date(2025, 5, 29)),
        ("centos", "7", date(2024, 6, 30)),
        ("rhel", "9.4", date(2032, 5, 31)),
        ("alpine", "3.19.1", date(2025, 11, 1)),
        ("sles", "15", date(2019, 12, 31)),
        ("fedora", "41", date(2025, 12, 15)),
    ],
)
def test_the_row_of_a_release(distro: str, version: str, expected: date) -> None:
    row = ends(distro, version)
    assert (row.ends, row.state) == (expected, "dated")
    assert row.source.startswith("https://")


@pytest.mark.parametrize(
    ("distro", "version"), [("nixos", "24.05"), ("debian", ""), ("debian", "99"), ("sles", "15.99"), ("astra", "1.7"), ("", "")]
)
def test_what_is_not_in_the_table_is_unknown(distro: str, version: str) -> None:
    row = ends(distro, version)
    assert (row.ends, row.extended_ends, row.state) == (None, None, "unknown")


def recorded_release(case: str) -> OsRelease:
    outcome = registry().probes["linux.os_release"].outcome(cases.load(cases.REPLIES / "linux.os_release" / case).reply)
    assert isinstance(outcome, Found)
    (release,) = outcome.facts
    assert isinstance(release, OsRelease)
    return release


@pytest.mark.parametrize(
    ("case", "product", "version", "expected"),
    [
        ("astra-orel-2.12", "astra", "2.12.43", None),
        ("astra-1.7.5", "astra", "1.7", None),
        ("astra-1.8", "astra", "1.8", None),
        ("redos-7.3", "redos", "7.3", None),
        ("redos-8.0", "redos", "8.0.3", None),
        ("alt-p10", "altlinux", "10", None),
        ("alt-server-11", "altlinux", "11.0", None),
        ("alt-8-sp", "altlinux-sp", "8.2", None),  # not p8, which ended in 2019: the certified line lives on
        ("rosa-fresh-r11.1", "rosa", "2016.1", date(2018, 6, 30)),
    ],
)
def test_a_russian_system_as_it_names_itself_finds_its_product(case: str, product: str, version: str, expected: date | None) -> None:
    (row,) = registry().derived["host.support"].read(recorded_release(case), [])
    assert isinstance(row, SupportEnd)
    assert (row.product, row.version, row.ends, row.state) == (product, version, expected, "dated" if expected else "unknown")


@pytest.mark.parametrize(
    ("version", "expected"),
    [("8.2", date(2019, 12, 31)), ("9.2", date(2023, 12, 31)), ("p10", None), ("10.4", None)],
)
def test_the_platforms_of_alt(version: str, expected: date) -> None:
    row = ends("altlinux", version, "ALT Server")
    assert (row.ends, row.checked_on) == (expected, date(2026, 11, 25))


@pytest.mark.parametrize(
    ("name", "pretty"),
    [("ALT SPServer", "ALT 8 SP Server (cliff)"), ("ALT SP Server", "ALT SP Server 11100-01"), ("ALT", "ALT 8 SP Workstation")],
)
@pytest.mark.parametrize("version", ["8.2", "10", "10.2"])
def test_alt_sp_never_takes_the_date_of_a_platform_with_its_number(name: str, pretty: str, version: str) -> None:
    row = ends("altlinux", version, name, pretty)
    assert (row.product, row.ends, row.state) == ("altlinux-sp", None, "unknown")


def test_sisyphus_has_no_support_end_and_is_not_a_platform() -> None:
    assert ends("altlinux", "20240122", "Sisyphus", "ALT Regular").state == "unknown"


def test_a_source_that_is_not_the_vendors_says_so() -> None:
    assert ends("debian", "12").source.startswith("https://")
    assert "secondary" not in ends("debian", "12").source
    assert ends("altlinux", "9").source == "https://github.com/altlinux/trivy/blob/main/pkg/detector/ospkg/alt/alt.go (secondary)"
    assert ends("altlinux", "8").source.startswith("https://github.com/docker-library/docs/")  # a row with a source of its own
    assert ends("rosa", "2014.1").source.endswith(" (secondary)")


def test_centos_stream_is_a_product_of_its_own() -> None:
    assert ends("centos", "8", "CentOS Linux").ends == date(2021, 12, 31)
    assert ends("centos", "8", "CentOS Stream").ends == date(2024, 5, 31)


def test_the_systems_own_date_counts_where_the_table_has_none() -> None:
    named = registry().probes["linux.os_support_end"].outcome
    told = named(Reply(b'SUPPORT_END="2031-01-31"\n'))
    assert isinstance(told, Found)
    release = OsRelease(
        os_family="linux", distro="newos", based_on=(), name="", version="1", full_version="1", codename="", variant="", pretty=""
    )
    (row,) = registry().derived["host.support"].read(release, told.facts)
    assert (row.ends, row.state, row.source) == (date(2031, 1, 31), "dated", "/etc/os-release: SUPPORT_END")


def products(*packages: tuple[str, str]) -> list[tuple[str, str]]:
    rows = [Package(name=n, version=v, arch="", source="", manager="dpkg", whole=True) for n, v in packages]
    return [(r.product, r.version) for r in registry().derived["host.product_support"].read(rows)]


def test_products_are_looked_up_in_their_makers_own_packages_only() -> None:
    assert products(("postgresql-13", "13.16-0+deb11u1")) == []
    assert products(("postgresql-13", "13.16-1.pgdg110+1"), ("postgresql-9.6", "9.6.24-1.pgdg90+1")) == [
        ("postgresql", "13"),
        ("postgresql", "9.6"),
    ]
    assert products(("mariadb-server", "1:10.11.6-0+deb12u1")) == []
    assert products(("mariadb-server", "1:10.6.18+maria~ubu2204")) == [("mariadb", "10.6")]
    assert products(("proxmox-ve", "8.2.0"), ("mysql-community-server", "8.0.36-1debian12")) == [("proxmox-ve", "8"), ("mysql", "8.0")]


def reboot(running: str, *installed: str) -> RebootRequired:
    kernels = [InstalledKernel(version=v, image=True) for v in installed]
    (row,) = registry().derived["host.reboot"].read(Kernel(release=running, version="", arch="x86_64"), kernels, [])
    assert isinstance(row, RebootRequired)
    return row


@pytest.mark.parametrize(
    ("running", "installed", "required"),
    [
        ("6.1.0-18-amd64", ["6.1.0-18-amd64", "6.1.0-21-amd64"], True),
        ("6.1.0-21-amd64", ["6.1.0-18-amd64", "6.1.0-21-amd64"], False),
        ("6.1.0-18-amd64", ["6.1.0-18-amd64", "6.1.0-21-rt-amd64"], False),
        ("5.14.0-362.24.1.el9_3.x86_64", ["5.14.0-362.el9.x86_64", "5.14.0-362.24.1.el9_3.x86_64"], False),
        ("5.14.0-362.el9.x86_64", ["5.14.0-362.el9.x86_64", "5.14.0-362.24.1.el9_3.x86_64"], True),
        ("5.15.0-91-generic", [], None),
        ("6.8.0-custom", ["6.1.0-21-amd64"], None),
    ],
)
def test_the_running_kernel_beside_the_installed_ones(running: str, installed: list[str], required: bool | None) -> None:
    assert reboot(running, *installed).required is required


@pytest.mark.skipif(
    "AUDITKIT_CORPORA" not in os.environ, reason="AUDITKIT_CORPORA names no folder with endoflife-date-*.json to compare with"
)
def test_the_table_agrees_with_an_independent_collection() -> None:
    (file,) = Path(os.environ["AUDITKIT_CORPORA"]).glob("endoflife-date-*.json")
    outside = json.loads(file.read_text())
    names = {"rocky": "rocky-linux", "ol": "oracle-linux", "opensuse-leap": "opensuse", "alpine": "alpine-linux", "amzn": "amazon-linux"}
    distros = ["debian", "ubuntu", "rhel", "centos", "almalinux", "rocky", "ol", "fedora", "sles", "opensuse-leap", "alpine", "amzn"]
    compared = 0
    for distro in distros:
        for release in outside[names.get(distro, distro)]["releases"]:
            row = ends(distro, release["releaseCycle"])
            if row.state != "dated" or row.version != release["releaseCycle"]:
                continue
            # Ubuntu's own data give the last day, the other collection often the month before
            allowed = 61 if distro == "ubuntu" else 0
            assert row.ends is not None
            assert abs((row.ends - date.fromisoformat(release["eol"])).days) <= allowed, (distro, row, release)
            compared += 1
    assert compared > 80
