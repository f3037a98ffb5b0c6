"""Messages sealed by the login's own keys: the multipart form in which WinRM carries them over http (MS-WSMV 2.2.9.1)."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import spnego

BOUNDARY = b"--Encrypted Boundary"
KIND = b"application/HTTP-SPNEGO-session-encrypted"
CONTENT_TYPE = f'multipart/encrypted;protocol="{KIND.decode()}";boundary="Encrypted Boundary"'
_HEAD = re.compile(rb"OriginalContent:[^\r\n]*Length=(\d{1,9})")
_MOST_PADDING = 8  # bytes; the length counts it, where the cipher of a Kerberos ticket pads (RC4-HMAC: one, RFC 4757 7.3)
_OCTETS = re.compile(rb"\t?Content-Type: application/octet-stream\r\n")


class Unsealed(Exception):
    """What came is not sealed as it should be."""


def seal(context: spnego.ContextProxy, message: bytes) -> bytes:
    """A message as the body of a request."""
    header, data, padding = context.wrap_winrm(message)
    told = b"type=application/soap+xml;charset=UTF-8;Length=" + str(len(message) + padding).encode()
    return b"".join([
        BOUNDARY, b"\r\n\tContent-Type: ", KIND, b"\r\n\tOriginalContent: ", told, b"\r\n",
        BOUNDARY, b"\r\n\tContent-Type: application/octet-stream\r\n", struct.pack("<i", len(header)), header, data, BOUNDARY, b"--\r\n",
    ])  # fmt: skip


def unseal(context: spnego.ContextProxy, body: bytes) -> bytes:
    """The message in the body of an answer. Raises Unsealed; SpnegoError where its seal does not hold."""
    head = _HEAD.search(body[:1024])
    start = _OCTETS.search(body[:2048])
    end = body.rfind(BOUNDARY + b"--")
    if head is None or start is None or end < start.end() + 4:
        raise Unsealed("an answer that is not in the sealed form")
    payload = body[start.end() : end]
    size = int(struct.unpack("<i", payload[:4])[0])
    if not 0 < size <= len(payload) - 4:
        raise Unsealed("an answer whose seal has no sense")
    message = context.unwrap_winrm(payload[4 : 4 + size], payload[4 + size :])
    if not 0 <= int(head[1]) - len(message) <= _MOST_PADDING:
        raise Unsealed("an answer of another length than it says")
    return message
