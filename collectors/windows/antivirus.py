"""Antivirus: Defender by its own word, others by SecurityCenter2 (workplaces alone) and by their services."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditkit.model.shared.windows import Antivirus, AntivirusState
from auditkit.probing import PowerShell, Reply, derived, probe

from ._section import Row, Section, moment, text, truth, whole

_SERVICES = (  # the service that scans, not those that manage or update
    (r"avp.*|kavfs(wp)?|kesl.*", "Kaspersky"), (r"drwebengine|dwengine|drwebavservice", "Dr.Web"), (r"ekrn", "ESET"),
    (r"sepmasterservice", "Symantec"), (r"avast! antivirus|avast antivirus", "Avast"), (r"mfemms", "McAfee"),
    (r"savservice|sophos (endpoint defense|file scanner).*", "Sophos"), (r"ntrtscan", "Trend Micro"), (r"sentinelagent", "SentinelOne"),
    (r"csfalconservice", "CrowdStrike"),
)  # fmt: skip
_ON, _OUTDATED = 0x1000, 0x10  # productState of SecurityCenter2: bits 12-15 state, 4-7 signatures


@probe("windows.antivirus", PowerShell("antivirus"), on=("windows",))
def antivirus(reply: Reply) -> Iterator[Antivirus]:
    """A server has no SecurityCenter2, a Windows without Defender no class of it: both are nothing, not failures."""
    section = Section(reply, "Win32_OperatingSystem", "Win32_Service", "MSFT_MpComputerStatus", "AntiVirusProduct")
    for row in section.rows("MSFT_MpComputerStatus", optional=True):
        yield Antivirus(
            product="Microsoft Defender", source="defender", running=truth(row, "AMServiceEnabled") is True,
            real_time=truth(row, "RealTimeProtectionEnabled"), up_to_date=None, signatures_at=moment(row, "AntivirusSignatureLastUpdated"),
        )  # fmt: skip
    for row in section.rows("AntiVirusProduct", optional=True):
        yield _registered(row)
    found: dict[str, bool] = {}
    for row in section.rows("Win32_Service"):
        product = next((p for words, p in _SERVICES if re.fullmatch(words, text(row, "Name"), re.I)), "")
        if product:
            found[product] = found.get(product, False) or text(row, "State").lower() == "running"
    for product, running in found.items():
        yield Antivirus(product=product, source="service", running=running, real_time=None, up_to_date=None, signatures_at=None)


def _registered(row: Row) -> Antivirus:
    """productState has no page of Microsoft's; its bits are what security products agree on: 0x61100 works, 0x60110 off and stale."""
    state = whole(row, "productState")
    on = state & 0xF000 == _ON
    return Antivirus(
        product=text(row, "displayName"), source="security_center", running=on, real_time=on, up_to_date=not state & 0xF0 & _OUTDATED,
        signatures_at=None,
    )  # fmt: skip


@derived("windows.antivirus_state")
def antivirus_state(products: Sequence[Antivirus]) -> Iterator[AntivirusState]:
    """protected: something says of itself that it watches; else a foreign scanner's service runs and nobody says more: not known."""
    watching = [p for p in products if p.running and p.real_time and p.up_to_date is not False]
    silent = [p for p in products if p.running and p.real_time is None]
    protected = True if watching else None if silent else False
    yield AntivirusState(protected=protected, products=tuple(sorted({p.product for p in products if p.running})))
