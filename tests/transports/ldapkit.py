"""A small directory over TLS for what Samba cannot do: it does as it is told, and remembers every byte that it received.

Its messages are made and read by ldap3's ASN.1 description of RFC 4511. The transport sends by it too: what it sends is compared with
what ldapsearch sends (`test_ldaprequest.py`), and what it reads with what ldapsearch reads (`test_ldap_samba.py`).
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ldap3.protocol import rfc2696, rfc4511
from pyasn1.codec.ber import decoder, encoder

from tests.lab.adtls import Authority

Entry = tuple[str, dict[str, list[bytes]]]
PAGED = "1.2.840.113556.1.4.319"
BASE = "DC=corp,DC=example"
ROOT: Entry = ("", {"defaultNamingContext": [BASE.encode()], "dnsHostName": [b"dc1.corp.example"]})


@dataclass
class Fake:
    """page_limit: larger pages end with result 4. values: at most so many of an attribute at once. die_after: entries until it hangs up.

    end: (code, message) of every search below the base. hold: seconds it is silent instead of answering a search. gap: ranges end early.
    noise: said instead of an answer to a search; drip: the same, a byte every 50 ms.
    """

    folder: Path
    entries: list[Entry] = field(default_factory=list)
    page_limit: int = 1000
    values: int = 0
    die_after: int = 0
    end: tuple[int, str] = (0, "")
    bind: tuple[int, str] = (0, "")
    silent: bool = False
    gap: bool = False
    noise: bytes = b""
    drip: bytes = b""
    days: tuple[int, int] = (-1, 30)
    name: str = "dc1.corp.example"
    starttls: bool = False
    received: bytearray = field(default_factory=bytearray)
    asked: list[dict[str, Any]] = field(default_factory=list)
    binds: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    @property
    def authority(self) -> Authority:
        return Authority(self.folder / "ca")

    def context(self) -> ssl.SSLContext:
        place = self.folder / "tls"
        self.authority.issue(place, self.name, "127.0.0.1", self.days)
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(place / "cert.pem", place / "key.pem")
        return made

    def serve(self, listening: socket.socket, context: ssl.SSLContext) -> None:
        while True:
            try:
                peer, _ = listening.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(peer, context), daemon=True).start()

    def _talk(self, peer: socket.socket, context: ssl.SSLContext) -> None:
        try:
            with peer:
                if self.starttls and (first := self._message(peer)) is not None:
                    self._send(peer, first[0], _ended(rfc4511.ExtendedResponse(), 0), "extendedResp")
                with context.wrap_socket(peer, server_side=True) as inside:
                    while (got := self._message(inside)) is not None and self._answer(inside, *got):
                        pass
        except OSError:
            return

    def _message(self, sock: socket.socket) -> tuple[int, str, Any, Any] | None:
        raw = b""
        while True:
            data = sock.recv(1)
            if not data or (not raw and data != b"\x30"):  # TLS where LDAP is expected: the look at a certificate that was refused
                return None
            raw += data
            if len(raw) >= 2:
                size, head = raw[1], 2
                if size > 127:
                    head += size & 127
                    if len(raw) < head:
                        continue
                    size = int.from_bytes(raw[2:head], "big")
                while len(raw) < head + size:
                    raw += sock.recv(head + size - len(raw))
                break
        self.received += raw
        message, _ = decoder.decode(raw, asn1Spec=rfc4511.LDAPMessage())
        operation = message["protocolOp"]
        return int(message["messageID"]), operation.getName(), operation.getComponent(), message["controls"]

    def _send(self, sock: socket.socket, number: int, operation: Any, name: str, cookie: bytes | None = None) -> None:
        message = rfc4511.LDAPMessage()
        message["messageID"] = rfc4511.MessageID(number)
        message["protocolOp"] = rfc4511.ProtocolOp().setComponentByName(name, operation)
        if cookie is not None:
            value = rfc2696.RealSearchControlValue()
            value["size"], value["cookie"] = rfc2696.Size(0), rfc2696.Cookie(cookie)
            control = rfc4511.Control()
            control["controlType"] = rfc4511.LDAPOID(PAGED)
            control["controlValue"] = rfc4511.ControlValue(encoder.encode(value))
            message["controls"] = rfc4511.Controls().setComponentByPosition(0, control)
        sock.sendall(encoder.encode(message))

    def _answer(self, sock: socket.socket, number: int, name: str, operation: Any, controls: Any) -> bool:
        if name == "bindRequest":
            self.binds.append(str(operation["name"]))
            self._send(sock, number, _ended(rfc4511.BindResponse(), *self.bind), "bindResponse")
            return self.bind[0] == 0
        if name != "searchRequest":
            return False
        base, attributes = str(operation["baseObject"]), [str(a) for a in operation["attributes"]]
        size, cookie = _page(controls)
        self.asked.append({"base": base, "attributes": attributes, "size": size, "cookie": cookie, "types": _types(controls)})
        if base == "":
            self._entry(sock, number, *ROOT)
            self._send(sock, number, _ended(rfc4511.SearchResultDone(), 0), "searchResDone")
            return True
        for n in range(len(self.drip)):
            sock.sendall(self.drip[n : n + 1])
            time.sleep(0.05)
        if self.noise:
            sock.sendall(self.noise)
            return False
        return self._search(sock, number, base, attributes, size, cookie)

    def _search(self, sock: socket.socket, number: int, base: str, attributes: list[str], size: int, cookie: bytes) -> bool:
        if self.silent:
            return True
        single = [e for e in self.entries if e[0] == base]
        if single:
            first = int(re.findall(r"range=(\d+)-", attributes[0])[0])
            if not self.gap:
                self._entry(sock, number, *single[0], first=first)
            self._send(sock, number, _ended(rfc4511.SearchResultDone(), 0), "searchResDone")
            return True
        if size > self.page_limit:
            self._send(sock, number, _ended(rfc4511.SearchResultDone(), 4, "too large a page"), "searchResDone", b"")
            return True
        at = int(cookie or b"0")
        for n, entry in enumerate(self.entries[at : at + size], at):
            if self.die_after and n >= self.die_after:
                return False
            self._entry(sock, number, *entry)
        last = at + size >= len(self.entries)
        code, said = self.end if last else (0, "")
        self._send(sock, number, _ended(rfc4511.SearchResultDone(), code, said), "searchResDone", b"" if last else str(at + size).encode())
        return True

    def _entry(self, sock: socket.socket, number: int, dn: str, values: dict[str, list[bytes]], first: int = 0) -> None:
        made = rfc4511.SearchResultEntry()
        made["object"] = rfc4511.LDAPDN(dn)
        attributes = rfc4511.PartialAttributeList()
        for name, all_ in values.items():
            told, part = name, all_
            if self.values and len(all_) > self.values:
                part = all_[first : first + self.values]
                end = "*" if first + self.values >= len(all_) else str(first + self.values - 1)
                told = f"{name};range={first}-{end}"
                if first == 0:
                    _put(attributes, name, [])  # as Active Directory does
            _put(attributes, told, part)
        made["attributes"] = attributes
        self._send(sock, number, made, "searchResEntry")


def _put(attributes: Any, name: str, values: list[bytes]) -> None:
    one = rfc4511.PartialAttribute()
    one["type"] = rfc4511.AttributeDescription(name)
    one["vals"] = rfc4511.Vals()
    for n, value in enumerate(values):
        one["vals"][n] = rfc4511.AttributeValue(value)
    attributes[len(attributes)] = one


def _ended(made: Any, code: int, said: str = "") -> Any:
    made["resultCode"] = rfc4511.ResultCode(code)
    made["matchedDN"] = rfc4511.LDAPDN("")
    made["diagnosticMessage"] = rfc4511.LDAPString(said)
    return made


def _types(controls: Any) -> list[str]:
    return [str(c["controlType"]) for c in controls] if controls.hasValue() else []


def _page(controls: Any) -> tuple[int, bytes]:
    for control in controls if controls.hasValue() else ():
        if str(control["controlType"]) == PAGED:
            value, _ = decoder.decode(bytes(control["controlValue"]), asn1Spec=rfc2696.RealSearchControlValue())
            return int(value["size"]), bytes(value["cookie"])
    return 0, b""


@contextmanager
def directory(folder: Path, **told: Any) -> Iterator[Fake]:
    """Started on 127.0.0.1, and ended with the block."""
    fake = Fake(folder, **told)
    context = fake.context()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        fake.port = listening.getsockname()[1]
        threading.Thread(target=fake.serve, args=(listening, context), daemon=True).start()
        yield fake
