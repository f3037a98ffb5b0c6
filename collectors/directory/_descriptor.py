"""Security descriptors as directories give them (MS-DTYP 2.4.6, self-relative): owner and DACL, entry by entry. The one decoder."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from auditkit.ldif import LdifError, sid

DACL_PRESENT, DACL_PROTECTED = 0x4, 0x1000  # MS-DTYP 2.4.6
# MS-DTYP 2.4.4.1. Those of callbacks (9 to 12) hold only under a condition, which is not looked at.
ALLOW, DENY, OBJECTS, CONDITIONAL = {0, 5, 9, 11}, {1, 6, 10, 12}, {5, 6, 11, 12}, {9, 10, 11, 12}
AUDITS = {2, 3, 7, 8, 13, 14, 15, 16, 17, 18, 19}  # have no place in a DACL and grant nothing there
CONTAINER_INHERIT, INHERIT_ONLY, INHERITED = 0x2, 0x8, 0x10


@dataclass(frozen=True, slots=True)
class Ace:
    """One entry. what: the property, set of them, extended right or class that it is about, None = all. on: the class of objects that
    inherit it, None = every. here: it counts for the object itself; below: objects below inherit it; inherited: it came from above."""

    allow: bool
    mask: int
    sid: str
    what: uuid.UUID | None
    on: uuid.UUID | None
    here: bool
    below: bool
    inherited: bool
    conditional: bool


@dataclass(frozen=True, slots=True)
class Descriptor:
    """owner: "" = none. aces: in their order; None = there is no list, which lets everybody do everything. inherits: from above."""

    owner: str
    aces: tuple[Ace, ...] | None
    inherits: bool


def decode(blob: bytes) -> Descriptor:
    """Raises LdifError or struct.error where it is cut, of another revision, or holds an entry of a kind that nobody knows."""
    revision, _, control, owner_at, _, _, dacl_at = struct.unpack_from("<BBHIIII", blob)
    if revision != 1:
        raise LdifError(f"a security descriptor of revision {revision}")
    owner = _sid_at(blob, owner_at) if owner_at else ""
    aces = tuple(_aces(blob, dacl_at)) if control & DACL_PRESENT and dacl_at else None
    return Descriptor(owner, aces, not control & DACL_PROTECTED)


def _aces(blob: bytes, at: int) -> Iterator[Ace]:
    _, _, whole, count, _ = struct.unpack_from("<BBHHH", blob, at)
    end = at + whole
    if end > len(blob):
        raise LdifError("an access list that is cut")
    at += 8
    for _ in range(count):
        kind, flags, size = struct.unpack_from("<BBH", blob, at)
        if size < 8 or at + size > end:
            raise LdifError("an entry of an access list that is longer than the list")
        if kind in ALLOW | DENY:
            yield _ace(kind, flags, blob[at + 4 : at + size])
        elif kind not in AUDITS:
            raise LdifError(f"an entry of an access list of kind {kind}")
        at += size


def _ace(kind: int, flags: int, body: bytes) -> Ace:
    (mask,) = struct.unpack_from("<I", body)
    what = on = None
    body = body[4:]
    if kind in OBJECTS:
        (present,) = struct.unpack_from("<I", body)
        body = body[4:]
        if present & 1:
            what, body = uuid.UUID(bytes_le=body[:16]), body[16:]
        if present & 2:
            on, body = uuid.UUID(bytes_le=body[:16]), body[16:]
    return Ace(
        allow=kind in ALLOW,
        mask=mask,
        sid=_sid_at(body, 0),
        what=what,
        on=on,
        here=not flags & INHERIT_ONLY,
        below=bool(flags & CONTAINER_INHERIT),
        inherited=bool(flags & INHERITED),
        conditional=kind in CONDITIONAL,
    )


def _sid_at(blob: bytes, at: int) -> str:
    """The SID that begins there; what comes after it (the condition of a callback entry) is left."""
    if at + 8 > len(blob):
        raise LdifError("a security descriptor that is cut")
    return sid(blob[at : at + 8 + 4 * blob[at + 1]])
