"""LDIF (RFC 2849) as the replies of directories are kept: one entry after another, read without a guess.

A directory gives no attribute that the account may not read, and none that is not set: the two look alike. `Entry.text` and its
kin return None for both; which of the two it is must come from elsewhere (an attribute that every object of its class has).
"""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

_EPOCH_1601 = datetime(1601, 1, 1, tzinfo=UTC)
NEVER = 0x7FFFFFFFFFFFFFFF  # MS-ADA1 2.4 accountExpires: never


class LdifError(ValueError):
    """A line that is no LDIF, with its number. A reader that lets it pass makes the reply "not understood"."""


@dataclass(slots=True)
class Entry:
    """One object. Names of attributes without regard to case; values are bytes, in the order they were given."""

    dn: str
    values: dict[str, list[bytes]] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.values

    def all(self, name: str) -> list[bytes]:
        """Every value; () where there is none."""
        return self.values.get(name.lower(), [])

    def blob(self, name: str) -> bytes | None:
        """The one value as bytes. Raises LdifError where there are several."""
        found = self.all(name)
        if len(found) > 1:
            raise LdifError(f"{self.dn}: {name} has {len(found)} values, one was expected")
        return found[0] if found else None

    def text(self, name: str) -> str | None:
        """The one value as text (UTF-8, RFC 4517 3.3.6). Raises LdifError, UnicodeDecodeError."""
        found = self.blob(name)
        return None if found is None else found.decode()

    def texts(self, name: str) -> tuple[str, ...]:
        """Every value as text, sorted."""
        return tuple(sorted(v.decode() for v in self.all(name)))

    def number(self, name: str) -> int | None:
        """The one value as a whole number. Raises ValueError."""
        found = self.blob(name)
        return None if found is None else int(found)

    def truth(self, name: str) -> bool | None:
        """TRUE or FALSE (RFC 4517, 3.3.3). Raises LdifError."""
        found = self.blob(name)
        if found not in (None, b"TRUE", b"FALSE"):
            raise LdifError(f"{self.dn}: {name} is neither TRUE nor FALSE")
        return None if found is None else found == b"TRUE"

    def moment(self, name: str) -> datetime | None:
        """A generalized time (RFC 4517, 3.3.13, as whenCreated has it) in UTC. Raises ValueError."""
        found = self.text(name)
        return None if found is None else datetime.strptime(found[:14] + "+0000", "%Y%m%d%H%M%S%z").astimezone(UTC)

    def filetime(self, name: str) -> datetime | None:
        """100 ns since 1601 (MS-DTYP 2.3.3): None = not given, or 0 or never: ask `number` where the difference matters."""
        found = self.number(name)
        return None if found is None or found in (0, NEVER) else filetime(found)

    def sid(self, name: str = "objectSid") -> str | None:
        """S-1-5-… (MS-DTYP 2.4.2). Raises LdifError."""
        found = self.blob(name)
        return None if found is None else sid(found)

    def guid(self, name: str = "objectGUID") -> str | None:
        """8-4-4-4-12 digits in lower case (MS-DTYP 2.3.4)."""
        found = self.blob(name)
        return None if found is None else str(uuid.UUID(bytes_le=found))


def filetime(value: int) -> datetime:
    """100 ns since 1601 -> UTC, whole seconds. Raises ValueError beyond the year 9999."""
    try:
        return _EPOCH_1601 + timedelta(seconds=value // 10_000_000)
    except OverflowError as e:
        raise LdifError(f"{value} is no time") from e


def sid(raw: bytes) -> str:
    """A binary SID as text (MS-DTYP 2.4.2.2). Raises LdifError.

    >>> sid(bytes.fromhex("01020000000000052000000020020000"))
    'S-1-5-32-544'
    """
    if len(raw) < 8 or raw[0] != 1 or len(raw) != 8 + 4 * raw[1]:
        raise LdifError(f"{len(raw)} bytes are no SID")
    parts = [int.from_bytes(raw[n : n + 4], "little") for n in range(8, len(raw), 4)]
    return "-".join(["S", "1", str(int.from_bytes(raw[2:8], "big")), *map(str, parts)])


def entries(raw: bytes) -> Iterator[Entry]:
    """Entries of content records, folded lines and comments included. Raises LdifError with the number of the line.

    >>> [e.text("cn") for e in entries(b"dn: cn=a,dc=x\\ncn: a\\n\\ndn:: Y249YixkYz14\\ncn:: 0LE=\\n")]
    ['a', 'б']
    """
    if b"\n " in raw:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\n ", b"")
    entry: Entry | None = None
    values: dict[str, list[bytes]] = {}
    for number, line in enumerate(raw.split(b"\n"), 1):
        if not line or line == b"\r":
            if entry is not None:
                yield entry
                entry = None
            continue
        if line[:1] == b"#":
            continue
        name, value = _pair(line, number)
        if entry is None:
            if name == "version":
                continue
            if name != "dn":
                raise LdifError(f"line {number}: an entry must begin with its dn")
            values = {}
            entry = Entry(value.decode(), values)
        else:
            values.setdefault(name, []).append(value)
    if entry is not None:
        yield entry


def _pair(line: bytes, number: int) -> tuple[str, bytes]:
    name, colon, rest = line.partition(b":")
    if not colon or not name:
        raise LdifError(f"line {number}: no attribute and value")
    if rest[:1] != b":":
        return name.decode("ascii").lower(), rest.lstrip(b" ").removesuffix(b"\r")
    try:
        return name.decode("ascii").lower(), base64.b64decode(rest[1:].strip(), validate=True)
    except binascii.Error as e:
        raise LdifError(f"line {number}: {name.decode('ascii', 'replace')} is no base64") from e


def write(dn: str, attributes: dict[str, list[bytes]]) -> bytes:
    """One entry, unfolded, with the empty line that ends it; a value that is not SAFE-STRING goes in base64."""
    lines = [_line(b"dn", dn.encode())]
    lines += [_line(name.encode("ascii"), value) for name, values in attributes.items() for value in values]
    return b"\n".join(lines) + b"\n\n"


_UNSAFE = bytes([0, 10, 13, *range(128, 256)])


def _line(name: bytes, value: bytes) -> bytes:
    """RFC 2849: SAFE-INIT-CHAR is no blank, colon or less-than; no NUL, CR, LF; a value that ends in a blank should be base64."""
    if value and (value[0] in b" :<" or value[-1] == 32 or len(value.translate(None, _UNSAFE)) != len(value)):
        return name + b":: " + base64.b64encode(value)
    return name + b": " + value
