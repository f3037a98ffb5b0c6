"""Office suites among the installed programs, and until when each has security fixes.

Microsoft's are known by the code of the product, not by a name in the language of the system: Click-to-Run writes
"ProPlus2019Retail - ru-ru", Windows Installer a GUID that ends in 0FF1CE.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditkit.model.shared.windows import WindowsProgram
from auditkit.model.shared.workplace import OfficeSuite
from auditkit.probing import derived

from ..linux._support_table import support_end  # noqa: TID252  (one table for every platform)

_SUITES = r"(?:ProPlus|Professional|Standard|HomeBusiness|HomeStudent|Personal|Mondo|SmallBusiness)"
_RUN = re.compile(rf"(?i){_SUITES}(20\d\d)?(?:Retail|Volume|OEM)?(?:X?Volume)? - [a-z-]+")
_SUBSCRIPTION = re.compile(r"(?i)O365\w+ - [a-z-]+")
# {BRMMmmmm-PPPP-LLLL-p000-D000000FF1CE}: MM major version, PPPP the product (learn.microsoft.com: numbering scheme of Office GUIDs)
_GUID = re.compile(r"(?i)\{[0-9A-F][0-9]([0-9A-F]{2})[0-9A-F]{4}-([0-9A-F]{4})-([0-9A-F]{4})-[0-9A-F]000-[0-9A-F]000000FF1CE\}")
_EDITIONS = frozenset(("0011", "0012", "0013", "0014", "002E", "002F", "0030", "0033", "003D", "00CA"))  # suites, not single programs
_YEARS = {"12": "2007", "14": "2010", "15": "2013", "16": "2016"}
_OTHERS = (
    (r"libreoffice (?:fresh |still )?(\d+\.\d+)", "libreoffice"), (r"(?:apache )?openoffice(?:\.org)? ?(\d+\.\d+)?", "openoffice"),
    (r"(?:р7|r7)[ -]?(?:офис|office)\D*(\d{4}(?:\.\d+)?)?", "r7-office"), (r"мойофис|myoffice", "myoffice"),
)  # fmt: skip


@derived("windows.office")
def office(programs: Sequence[WindowsProgram]) -> Iterator[OfficeSuite]:
    """Microsoft 365 has no versions of its own: it is supported while it is updated."""
    for program in programs:
        product, version = _known(program)
        if product:
            end = support_end(product, version) if version else None
            rolling = product == "microsoft-365"
            yield OfficeSuite(
                registry_key=program.registry_key, product=product, title=program.name, version=version, build=program.version,
                ends=end.ends if end else None, state="rolling" if rolling else end.state if end else "unknown",
                source=end.source if end else "", checked_on=end.checked_on if end else None,
            )  # fmt: skip


def _known(program: WindowsProgram) -> tuple[str, str]:
    """(product, version); ("", "") = no suite."""
    if _SUBSCRIPTION.fullmatch(program.registry_key):
        return "microsoft-365", ""
    if found := _RUN.fullmatch(program.registry_key):
        return "microsoft-office", found[1] or _YEARS.get(program.version.partition(".")[0], "")
    if (found := _GUID.fullmatch(program.registry_key)) and found[2].upper() in _EDITIONS:
        return "microsoft-office", _YEARS.get(found[1], "")
    if found := re.fullmatch(r"(?i)Office(1[2456])\.(PROPLUS|STANDARD|PRO|HOMESTUDENTR?|SMALLBUSINESSR?)R?", program.registry_key):
        return "microsoft-office", _YEARS[found[1]]
    for words, product in _OTHERS:
        if found := re.match(words, program.name, re.I):
            return product, (found[1] or "") if found.re.groups else ""
    return "", ""
