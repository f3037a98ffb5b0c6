"""Trusts with other domains."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from auditkit.ldif import Entry, entries
from auditkit.model.shared.directory import Trust
from auditkit.probing import Reply, Search, probe

from ._names import label
from ._values import bit, default

# MS-ADTS 6.1.6.7.9 trustAttributes
NON_TRANSITIVE, UPLEVEL, QUARANTINED, FOREST, CROSS_ORGANISATION, WITHIN_FOREST, AS_EXTERNAL = 1, 2, 4, 8, 0x10, 0x20, 0x40
NO_TGT_DELEGATION, TGT_DELEGATION = 0x200, 0x800
AES = 0x8 | 0x10  # MS-KILE 2.2.7
Direction = Literal["disabled", "inbound", "outbound", "both"]
Kind = Literal["nt4", "windows", "mit", "dce", "aad"]
DIRECTIONS: dict[int, Direction] = {0: "disabled", 1: "inbound", 2: "outbound", 3: "both"}
KINDS: dict[int, Kind] = {1: "nt4", 2: "windows", 3: "mit", 4: "dce", 5: "aad"}


@probe(
    "directory.trusts",
    Search(
        "CN=System,{domain}",
        "(objectClass=trustedDomain)",
        (
            "instanceType", "trustPartner", "flatName", "securityIdentifier", "trustDirection", "trustType", "trustAttributes",
            "msDS-SupportedEncryptionTypes", "whenCreated", "whenChanged",
        ),
        "one",
    ),
    on=("directory",),
)  # fmt: skip
def trusts(reply: Reply) -> Iterator[Trust]:
    for e in entries(reply.stdout):
        direction, kind, flags = e.number("trustDirection"), e.number("trustType"), default(e, "trustAttributes", 0)
        forest = bit(flags, FOREST)
        yield Trust(
            partner=e.text("trustPartner") or label(e.dn),
            netbios=e.text("flatName"),
            sid=e.sid("securityIdentifier"),
            direction=None if direction is None else DIRECTIONS[direction],
            kind=None if kind is None else KINDS[kind],
            attributes=flags,
            transitive=None if flags is None else not flags & NON_TRANSITIVE and bool(flags & (FOREST | WITHIN_FOREST)),
            within_forest=bit(flags, WITHIN_FOREST),
            forest=forest,
            sid_filtering=_filtering(flags),
            selective=bit(flags, CROSS_ORGANISATION),
            tgt_delegation=_delegation(flags),
            aes=_aes(e),
            created=e.moment("whenCreated"),
            changed=e.moment("whenChanged"),
        )


def _filtering(flags: int | None) -> bool | None:
    """MS-PAC 4.1.2.2: everything but the partner's own SIDs is cut on a quarantined trust, and on a forest trust that is not treated
    as external; inside a forest nothing but quarantine cuts."""
    if flags is None:
        return None
    return bool(flags & QUARANTINED) or (bool(flags & FOREST) and not flags & AS_EXTERNAL)


def _delegation(flags: int | None) -> bool | None:
    """MS-ADTS 6.1.6.7.9: since the updates of July 2019 tickets are delegated over a trust between forests only where it says so."""
    if flags is None:
        return None
    return bool(flags & (TGT_DELEGATION | WITHIN_FOREST)) and not flags & NO_TGT_DELEGATION


def _aes(e: Entry) -> bool | None:
    kinds = default(e, "msDS-SupportedEncryptionTypes", 0)
    return None if kinds is None else bool(kinds & AES)
