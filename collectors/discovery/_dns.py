"""Reading a DNS reply to a PTR question (RFC 1035 4.1). Every pointer in it is the server's: a loop must end."""

from __future__ import annotations

PTR = 12
_NO_ERROR, _NO_SUCH_NAME = 0, 3
MOST_RECORDS = 64
MOST_PARTS = 144  # labels (RFC 1035 2.3.4: 255 bytes) and jumps of one name


def ptr_names(reply: bytes) -> tuple[str, ...] | None:
    """The names, sorted; () = the server knows none; None = it could not say (SERVFAIL, REFUSED). Raises ValueError for no DNS reply."""
    if len(reply) < 12 or not reply[2] & 0x80:
        raise ValueError("no DNS reply")
    code, asked, answered = reply[3] & 0x0F, _number(reply, 4), _number(reply, 6)
    if code == _NO_SUCH_NAME:
        return ()
    if code != _NO_ERROR:
        return None
    at = 12
    for _ in range(min(asked, MOST_RECORDS)):
        at = _name(reply, at)[1] + 4
    found: set[str] = set()
    for _ in range(min(answered, MOST_RECORDS)):
        at = _name(reply, at)[1]
        kind, size = _number(reply, at), _number(reply, at + 8)
        if kind == PTR:
            found.add(_name(reply, at + 10)[0].lower())
        at += 10 + size
    return tuple(sorted(found - {""}))


def _number(data: bytes, at: int) -> int:
    if len(data) < at + 2:
        raise ValueError(f"cut off at byte {at}")
    return int.from_bytes(data[at : at + 2], "big")


def _name(data: bytes, at: int) -> tuple[str, int]:
    """The name at a place, and the place behind it."""
    labels: list[str] = []
    end = 0
    for _ in range(MOST_PARTS):
        if at >= len(data):
            raise ValueError("a name is cut off")
        size = data[at]
        if size >= 0xC0:
            end = end or at + 2
            at = _number(data, at) & 0x3FFF
        elif size == 0:
            return ".".join(labels), end or at + 1
        elif size > 63:
            raise ValueError("a label that is none")
        else:
            if at + 1 + size > len(data):
                raise ValueError("a label is cut off")
            labels.append(data[at + 1 : at + 1 + size].decode("ascii", "backslashreplace"))
            at += 1 + size
    raise ValueError("a name that never ends")
