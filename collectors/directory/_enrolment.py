"""Who may enrol for a certificate template, and who may change it: its security descriptor (MS-DTYP 2.4.6, MS-CRTD 2.5)."""

from __future__ import annotations

import struct
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from auditkit.ldif import LdifError, sid

DACL_PRESENT = 0x4
ALLOW, DENY, OBJECTS = {0, 5, 9, 11}, {1, 6, 10, 12}, {5, 6, 11, 12}  # MS-DTYP 2.4.4.1
INHERIT_ONLY = 0x8
CONTROL_ACCESS, WRITE_PROPERTY, WRITE_DAC, WRITE_OWNER = 0x100, 0x20, 0x40000, 0x80000  # MS-ADTS 5.1.3.2
GENERIC_ALL, GENERIC_WRITE = 0x10000000, 0x40000000
ENROL = uuid.UUID("0e10c968-78fb-11d2-90d4-00c04f79dc55")  # MS-ADTS 5.1.3.2.1 Certificate-Enrollment
CHANGES = GENERIC_ALL | GENERIC_WRITE | WRITE_DAC | WRITE_OWNER
# Everyone, anonymous, authenticated users, users, guests; of a domain: guests 501, users 513, guests 514, computers 515.
ANYBODY = frozenset({"S-1-1-0", "S-1-5-7", "S-1-5-11", "S-1-5-32-545", "S-1-5-32-546"})
ANYBODY_OF_A_DOMAIN = ("-501", "-513", "-514", "-515")


@dataclass(frozen=True, slots=True)
class Rights:
    """SIDs, sorted. Groups are not taken apart."""

    owner: str
    enrol: tuple[str, ...]
    change: tuple[str, ...]


def anybody(sids: tuple[str, ...]) -> bool:
    """Whether one of them stands for every ordinary account or computer."""
    return any(s in ANYBODY or (s.startswith("S-1-5-21-") and s.endswith(ANYBODY_OF_A_DOMAIN)) for s in sids)


def rights(blob: bytes) -> Rights:
    """A self-relative descriptor. What is denied to the same SID is taken off. Raises LdifError, struct.error where it is cut."""
    revision, _, control, owner_at, _, _, dacl_at = struct.unpack_from("<BBHIIII", blob)
    if revision != 1:
        raise LdifError(f"a security descriptor of revision {revision}")
    owner = _sid_at(blob, owner_at) if owner_at else ""
    if not control & DACL_PRESENT or not dacl_at:
        return Rights(owner, ("S-1-1-0",), ("S-1-1-0",))  # no list: everybody may do everything
    granted: dict[str, dict[uuid.UUID | None, int]] = defaultdict(lambda: defaultdict(int))
    denied: dict[str, int] = defaultdict(int)
    for kind, mask, what, who in _aces(blob, dacl_at):
        if kind in ALLOW:
            granted[who][what] |= mask & ~denied[who]
        elif what is None:
            denied[who] |= mask
    enrol = tuple(sorted(w for w, by in granted.items() if by[None] & (CONTROL_ACCESS | GENERIC_ALL) or by[ENROL] & CONTROL_ACCESS))
    change = tuple(sorted(w for w, by in granted.items() if by[None] & (CHANGES | WRITE_PROPERTY)))
    return Rights(owner, enrol, change)


def _aces(blob: bytes, at: int) -> Iterator[tuple[int, int, uuid.UUID | None, str]]:
    _, _, _, count, _ = struct.unpack_from("<BBHHH", blob, at)
    at += 8
    for _ in range(count):
        kind, flags, size, mask = struct.unpack_from("<BBHI", blob, at)
        body, what = blob[at + 8 : at + size], None
        if size < 8 or at + size > len(blob):
            raise LdifError("an entry of an access list that is longer than the list")
        if kind in OBJECTS:
            (present,) = struct.unpack_from("<I", body)
            what = uuid.UUID(bytes_le=body[4:20]) if present & 1 else None
            body = body[4 + 16 * (present & 1) + 8 * (present & 2) :]
        if kind in ALLOW | DENY and not flags & INHERIT_ONLY:
            yield kind, mask, what, _sid_at(body, 0)
        at += size


def _sid_at(blob: bytes, at: int) -> str:
    """The SID that begins there; what comes after it (the condition of a callback entry) is left."""
    return sid(blob[at : at + 8 + 4 * blob[at + 1]])
