"""Who may enrol for a certificate template, and who may change it (MS-CRTD 2.5): what its security descriptor says."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from ._descriptor import decode
from ._rights import CONTROL_ACCESS, GENERIC_ALL, GENERIC_WRITE, WRITE_DAC, WRITE_OWNER, WRITE_PROPERTY, grants

ENROL = uuid.UUID("0e10c968-78fb-11d2-90d4-00c04f79dc55")  # MS-ADTS 5.1.3.2.1 Certificate-Enrollment
CHANGES = GENERIC_ALL | GENERIC_WRITE | WRITE_DAC | WRITE_OWNER | WRITE_PROPERTY


@dataclass(frozen=True, slots=True)
class Rights:
    """SIDs, sorted. Groups are not taken apart."""

    owner: str
    enrol: tuple[str, ...]
    change: tuple[str, ...]


def rights(blob: bytes) -> Rights:
    """Raises LdifError, struct.error where the descriptor is cut."""
    d = decode(blob)
    enrol, change = set(), set()
    for (who, what, *_), mask in grants(d).items():
        if what in (None, ENROL) and mask & (CONTROL_ACCESS | GENERIC_ALL):
            enrol.add(who)
        if what is None and mask & CHANGES:
            change.add(who)
    return Rights(d.owner, tuple(sorted(enrol)), tuple(sorted(change)))
