"""Rows of WMI that others recorded on real computers go through the same readers: every row ends in typed facts, or in an Unknown
with its reason. The recordings are third-party data outside this repository: `AUDITKIT_CORPORA` names their folder.

A section's other parts are those of its first good case, so that only the recorded rows decide.
"""

from __future__ import annotations

import html
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from auditkit.model import Absent, Found, Outcome, Unknown, table_name
from auditkit.probing import PowerShell, Reply
from auditkit.registry import registry
from tests.lab import cases

# section -> its probe, and which of the probe's commands it is
PROBES = {c.section: (p, way) for p in registry().probes.values() for way, c in enumerate(p.commands) if isinstance(c, PowerShell)}
SECTIONS = Path(__file__).parents[3] / "collectors" / "windows"
_ASKED = re.compile(r"Get-Rows '(?P<cls>\w+)' @\((?P<props>[^)]*)\)(?: (?:\"(?P<double>[^\"\n]*)\"|'(?P<single>(?:[^'\n]|'')*)'))?")
_SELECT = re.compile(r"'SELECT (?P<props>[\w,]+) FROM (?P<cls>\w+)'")
_LISTS = frozenset({"IPAddress", "IPSubnet", "DNSServerSearchOrder", "DNSDomainSuffixSearchOrder", "ChassisTypes", "OperationalStatus"})
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recorded:
    """Rows of one class from one computer."""

    host: str
    cls: str
    rows: tuple[Row, ...]


@cache
def asked() -> dict[str, dict[str, tuple[str, tuple[str, ...], str]]]:
    """Section -> class in lower case -> (class as the section writes it, properties, condition)."""
    found: dict[str, dict[str, tuple[str, tuple[str, ...], str]]] = {}
    for name in PROBES:
        text = (SECTIONS / f"{name}.ps1").read_text("ascii")
        mine = found[name] = {}
        for m in _SELECT.finditer(text):
            if f"'_' = '{m['cls']}'" in text:
                mine[m["cls"].lower()] = (m["cls"], tuple(m["props"].split(",")), "")
        for m in _ASKED.finditer(text):
            condition = m["double"] or (m["single"] or "").replace("''", "'")
            mine[m["cls"].lower()] = (m["cls"], tuple(re.findall(r"'(\w+)'", m["props"])), condition)
    return found


def value(name: str, said: Any) -> Any:
    """What the recorders wrote as text, as WMI gave it."""
    if name in _LISTS and said not in (None, ""):
        inside = said if isinstance(said, list) else said.strip("{}").split(",") if isinstance(said, str) else [said]
        return [s.strip('"') if isinstance(s, str) else s for s in inside]
    if not isinstance(said, str):
        return said
    return None if said == "" else {"true": True, "false": False}.get(said.lower(), html.unescape(said))


def holds(condition: str, row: Row) -> bool:
    """WQL as far as the sections use it: OR of AND of =, LIKE with %, IS NOT NULL."""
    return any(all(_holds(c.strip(), row) for c in either.split(" AND ")) for either in condition.split(" OR "))


def _holds(one: str, row: Row) -> bool:
    if m := re.fullmatch(r"(\w+) IS NOT NULL", one):
        return row.get(m[1]) not in (None, "")
    if not (m := re.fullmatch(r"(\w+)\s*(=|LIKE)\s*'?([^']*)'?", one)):
        raise AssertionError(f"a condition that this test cannot put: {one}")
    said = value(m[1], row.get(m[1]))
    has = str(said).lower()
    pattern = ".*".join(re.escape(part) for part in m[3].lower().split("%"))
    return re.fullmatch(pattern, has, re.S) is not None if m[2] == "LIKE" else has == m[3].lower()


def recordings(folder: Path) -> Iterator[Recorded]:
    """Dumps of an inventory agent, and three whole hosts."""
    for host, classes in json.loads((folder / "glpi_win32_wmi.json").read_text("utf-8")).items():
        for cls, rows in classes.items():
            yield Recorded(f"glpi/{host}", cls, tuple(rows))
    for file in sorted((folder / "hosts").glob("*.json")):
        for cls, rows in json.loads(file.read_text("utf-8")).items():
            yield Recorded(file.stem, cls, tuple(rows))
    for file in sorted((folder / "systeminfo_en").glob("*.json")):
        yield from _systeminfo(file.stem, json.loads(file.read_text("utf-8")))


def _systeminfo(name: str, told: Mapping[str, Any]) -> Iterator[Recorded]:
    """systeminfo prints these classes; the parts of a row that it leaves out are null."""
    version = re.match(r"(\S+)(?: Service Pack (\d+))?.*Build (\d+)", told["os_version"] or "")
    assert version
    configuration = told["os_configuration"]
    role = ("Standalone Workstation", "Member Workstation", "Standalone Server", "Member Server").index(configuration)
    yield Recorded(name, "Win32_OperatingSystem", (
        {"Caption": told["os_name"], "Version": version[1].rpartition(".")[0] if version[1].count(".") > 2 else version[1],
         "BuildNumber": version[3], "ProductType": 1 if role < 2 else 3, "ServicePackMajorVersion": version[2] or 0},
    ))  # fmt: skip
    yield Recorded(name, "Win32_ComputerSystem", (
        {"Name": told["host_name"], "Domain": told["domain"], "DomainRole": role, "PartOfDomain": role in (1, 3),
         "Manufacturer": told["system_manufacturer"], "Model": told["system_model"]},
    ))  # fmt: skip
    yield Recorded(name, "Win32_QuickFixEngineering", tuple({"HotFixID": h, "Description": "Update"} for h in told["hotfixs"]))


def template(section: str) -> list[Row]:
    """The rows of the section's first good case."""
    probe, way = PROBES[section]
    case = next(c for c in cases.every(probe.name) if c.meta["outcome"] == "found" and c.meta["way"] == way)
    return [json.loads(line) for line in case.stdout.splitlines()]


def put(section: str, cls: str, rows: list[Row]) -> Outcome:
    """What the probe makes of the good case with these rows instead of its own of that class."""
    word, properties, condition = asked()[section][cls]
    mine = [{"_": word, **{p: value(p, row.get(p)) for p in properties}} for row in rows if not condition or holds(condition, row)]
    others = [r for r in template(section) if str(r["_"]).lower() != cls and str(r.get("of", "")).lower() != cls]
    probe, way = PROBES[section]
    return probe.outcome(Reply("".join(json.dumps(r) + "\n" for r in (*mine, *others)).encode(), key=b"k", way=way))


@pytest.fixture(scope="module")
def folder() -> Path:
    named = os.environ.get("AUDITKIT_CORPORA")
    found = Path(named) / "windows" if named else None
    if found is None or not (found / "hosts").is_dir():
        pytest.skip("AUDITKIT_CORPORA names no folder with windows/hosts: recordings of others, kept outside the repository")
    return found


# What the recorders did not write down, and nothing else, may leave recorded rows Unknown.
_MAY_LACK = {
    ("glpi/2008-Enterprise", "Win32_OperatingSystem"): r"ProductType is not told",  # a dump of one property
    ("glpi/proxmox", "Win32_ComputerSystem"): r"DomainRole is not told",
}


def test_every_recorded_row_is_typed_facts_or_unknown_with_its_reason(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows: Counter[str] = Counter()
    unasked: Counter[str] = Counter()
    wrong: list[str] = []
    for one in recordings(folder):
        sections = [s for s, classes in asked().items() if one.cls.lower() in classes]
        reasons = [r for s in sections if (r := _why_not(s, one))]
        rows["nobody asks" if not sections else "unknown" if reasons else "typed"] += len(one.rows)
        unasked[one.cls] += 0 if sections else len(one.rows)
        allowed = _MAY_LACK.get((one.host, one.cls))
        wrong += [f"{one.host} {one.cls}: {r}" for r in reasons if not (allowed and re.search(allowed, r))]
    put_in = rows["typed"] + rows["unknown"]
    told = f"{rows['typed']} of {put_in} typed, {rows['unknown']} unknown, {rows['nobody asks']} of classes that nobody asks"
    with capsys.disabled():
        sys.stdout.write(f"\nrecorded rows: {told}: {', '.join(f'{cls} {n}' for cls, n in sorted(unasked.items()) if n)}\n")
    assert not wrong, "\n".join(wrong)
    assert put_in >= 1000
    assert rows["unknown"] <= 2


def _why_not(section: str, one: Recorded) -> str:
    """"" where all the rows became facts, or the reason why not: it may not be empty."""
    match put(section, one.cls.lower(), list(one.rows)):
        case Found():
            return ""
        case Unknown(why=why) | Absent(why=why):
            assert why.strip()
            return f"{section}: {why}"


def facts(folder: Path, host: str, cls: str, section: str, table: str) -> list[Any]:
    """Facts of one table that one host's rows of one class became."""
    (one,) = [r for r in recordings(folder) if (r.host, r.cls) == (host, cls)]
    outcome = put(section, cls.lower(), list(one.rows))
    assert isinstance(outcome, Found)
    return [f for f in outcome.facts if table_name(type(f)) == table]


@pytest.mark.parametrize(
    ("host", "version", "kind", "services"),
    [
        ("txwinrm_server_2003", "2003", "server", 104),
        ("txwinrm_server_2008", "2008 R2", "server", 121),
        ("txwinrm_server_2012", "2012", "server", 130),
    ],
)
def test_whole_hosts_are_what_they_are(folder: Path, host: str, version: str, kind: str, services: int) -> None:
    (os_release,) = facts(folder, host, "Win32_OperatingSystem", "os", "os_release")
    (edition,) = facts(folder, host, "Win32_OperatingSystem", "os", "windows_edition")
    assert (os_release.version, edition.kind) == (version, kind)
    assert len(facts(folder, host, "Win32_Service", "services", "windows_service")) == services
    assert all(u.builtin for u in facts(folder, host, "Win32_Service", "services", "account_use"))


def test_what_real_rows_taught(folder: Path) -> None:
    # a DNS suffix of no letters, the serial number of Windows 7 in swapped hexadecimal, the file of XP that is called a hotfix
    assert all(d.domain for d in facts(folder, "glpi/7", "Win32_NetworkAdapterConfiguration", "network", "search_domain"))
    serials = {d.serial for d in facts(folder, "glpi/win7-sp1-x64", "Win32_DiskDrive", "disks", "physical_disk")}
    assert "VB2cff0f95-b2f7db11" in serials
    assert all(h.hotfix.lower() != "file 1" for h in facts(folder, "glpi/xp", "Win32_QuickFixEngineering", "hotfixes", "hotfix"))
