"""One conversation with a management controller: links walked from the service root, errors in words."""

from __future__ import annotations

import base64
import http.client
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from auditkit.errors import TransportError
from auditkit.text import one_line
from auditkit.transports.base import Credential
from auditkit.transports.tls import context_for, dial, shake

if TYPE_CHECKING:
    from auditkit.probing import Resources
    from auditkit.transports.redfish import RedfishOptions

ROOT = "/redfish/v1/"
MOST_RESOURCES = 4000  # of one question: a log of a controller holds a thousand entries
MOST_PAGES = 200
NOT_TOLD = 127  # the code of a reply where no resource on the way has the link that leads on
# An answer names what is asked next: a path of the service itself, never another host, never bytes that end a request line.
_PATH = re.compile(r"/redfish/v1(/[A-Za-z0-9._~%$&'()*+,;=:@!-]*)*(\?[A-Za-z0-9._~%$&'()*+,;=:@!/?-]*)?")
_GONE = (404, 410)
_NO_SERVICE = "no Redfish service there (the controller is older than Redfish, or it is switched off)"


class _Status(Exception):
    """A resource that was not given."""

    def __init__(self, at: str, status: int) -> None:
        super().__init__(at)
        self.at, self.status = at, status


class _NotTold(Exception):
    """No resource has the link that leads on."""


class _TooMuch(Exception):
    """More bytes than a reply may have."""


class Session:
    """See module. Use it as a context."""

    def __init__(self, target: str, address: str, options: RedfishOptions, credential: Credential, pins: Path | None) -> None:
        """Raises TransportError: not reached, certificate refused, login refused, no Redfish there. The password goes out only over
        a connection whose certificate was verified."""
        assert credential.password is not None
        self._address, self._options, self._target = address, options, target
        self._where = f"{address} port {options.port}"
        self._until = time.monotonic() + options.host_seconds
        self._trusted = context_for(address, options.port, options.ca_file, pins, target)
        said = f"{credential.login}:{credential.password.reveal()}".encode()
        self._headers = {"Accept": "application/json", "OData-Version": "4.0", "Authorization": f"Basic {base64.b64encode(said).decode()}"}
        self._held: http.client.HTTPConnection | None = None
        self._login = credential.login
        self._seen: dict[str, Any] = {}
        self._taken = self._most = 0
        try:
            self._root = self._first()
        except BaseException:
            self._drop()
            raise

    def _first(self) -> Any:
        """The service root may be read by anybody; the list of systems shows whether the login is right."""
        self._most = 1 << 20
        try:
            root = self._get(ROOT)
            if not isinstance(root, dict) or "RedfishVersion" not in root:
                raise TransportError("not_understood", f"{self._where}: {_NO_SERVICE}")
            link = _link(root.get("Systems") or root.get("Managers"))
            if link:
                self._get(link)
        except _Status as e:
            raise self._refused(e) from None
        except _TooMuch:
            raise TransportError("not_understood", f"{self._where}: the service root is larger than any real one") from None
        return root

    def _refused(self, e: _Status) -> TransportError:
        if e.status == 401:
            return TransportError("bad_credential", f"{self._where}: login {self._login!r} or its password is wrong")
        if e.status == 403:
            return TransportError("bad_credential", f"{self._where}: {self._login!r} may not read {e.at}: give it the role ReadOnly")
        if e.status in _GONE:
            return TransportError("not_understood", f"{self._where}: {_NO_SERVICE}")
        return TransportError("not_understood", f"{self._where}: HTTP status {e.status} for {e.at}")

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self._drop()

    def _drop(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None

    def rows(self, command: Resources, most: int) -> tuple[bytes, int | None, str]:
        """-> (JSON lines; code; words). Codes: 0, 5 where something was refused, 1 where something failed, NOT_TOLD, None where more
        than `most` bytes came."""
        lines: list[bytes] = []
        trouble: list[_Status] = []
        self._taken, self._most, size = 0, most, 0
        try:
            for at, body in self._walk(command.path.split("/"), trouble):
                line = msgspec.json.encode({"at": at, "body": body})
                size += len(line) + 1
                if size > most or len(lines) >= MOST_RESOURCES:
                    raise _TooMuch
                lines.append(line)
        except _TooMuch:
            return b"\n".join(lines), None, ""
        except _NotTold:
            return b"", NOT_TOLD, ""
        lines += [msgspec.json.encode({"at": e.at, "status": e.status}) for e in trouble]
        refused = [e for e in trouble if e.status in (401, 403)]
        words = "; ".join(f"HTTP status {e.status} for {e.at}" for e in trouble[:3])
        return b"\n".join(lines), 5 if refused else 1 if trouble else 0, words

    def _walk(self, names: list[str], trouble: list[_Status]) -> Iterator[tuple[str, Any]]:
        level: list[tuple[str, Any]] = [(ROOT, self._root)]
        for name in names:
            links = [body[name] for _, body in level if isinstance(body, dict) and body.get(name) is not None]
            if level and not links and not trouble:
                raise _NotTold
            level = [found for link in links for found in self._follow(link, trouble)]
        yield from level

    def _follow(self, value: Any, trouble: list[_Status]) -> Iterator[tuple[str, Any]]:
        """A link, a list of links, or a collection behind a link: every resource meant."""
        for one in value if isinstance(value, list) else [value]:
            link = _link(one)
            if link is None:
                continue
            try:
                body = self._get(link)
                if isinstance(body, dict) and "Members" in body:
                    yield from self._members(body, trouble)
                else:
                    yield link, body
            except _Status as e:
                trouble.append(e)

    def _members(self, page: dict[str, Any], trouble: list[_Status]) -> Iterator[tuple[str, Any]]:
        """Members of a collection, over its pages; some controllers send them whole, which saves a request each."""
        for number in range(MOST_PAGES):
            for one in page["Members"] if isinstance(page["Members"], list) else ():
                link = _link(one)
                if isinstance(one, dict) and len(one) > 3:
                    yield link or "", one
                elif link is not None:
                    try:
                        yield link, self._get(link)
                    except _Status as e:
                        trouble.append(e)
            following = page.get("Members@odata.nextLink")
            if not following:
                return
            if number + 1 == MOST_PAGES:
                raise _TooMuch
            page = self._get(_checked(str(following)))
            if not isinstance(page, dict) or "Members" not in page:
                raise _Status(str(following), 200)

    def _get(self, at: str) -> Any:
        """A resource, asked once a session. Raises _Status, _TooMuch, TransportError."""
        if at not in self._seen:
            self._seen[at] = self._decode(at, self._ask(at))
        return self._seen[at]

    def _decode(self, at: str, body: bytes) -> Any:
        try:
            return msgspec.json.decode(body)
        except (msgspec.DecodeError, RecursionError) as e:
            raise TransportError("not_understood", f"{self._where}: {at} is no JSON: {one_line(str(e), 80)}") from None

    def _ask(self, at: str) -> bytes:
        if time.monotonic() > self._until:
            raise TransportError("timed_out", f"{self._where}: cut off; raise host_seconds")
        try:
            connection = self._connection()
            connection.request("GET", at, headers=self._headers)
            answer = connection.getresponse()
            with answer:  # what it holds of the socket outlives the connection otherwise
                body = self._body(answer)
            if answer.will_close:
                self._drop()
        except TimeoutError:
            raise TransportError("timed_out", f"{self._where}: no answer within {self._options.connect_seconds:g} s to {at}") from None
        except (OSError, http.client.HTTPException) as e:
            raise TransportError("refused", f"{self._where}: broke off at {at}: {one_line(str(e), 80) or type(e).__name__}") from None
        if answer.status != 200:
            raise _Status(at, answer.status)
        return body

    def _body(self, answer: http.client.HTTPResponse) -> bytes:
        """All of it, unless it grows beyond the cap or comes so slowly that the time for the host is over."""
        got = bytearray()
        while data := answer.read1(1 << 16):
            got += data
            self._taken += len(data)
            if self._taken > self._most:
                self._drop()
                raise _TooMuch
            if time.monotonic() > self._until:
                raise TransportError("timed_out", f"{self._where}: cut off; raise host_seconds")
        if answer.length:
            raise http.client.IncompleteRead(bytes(got), answer.length)
        return bytes(got)

    def _connection(self) -> http.client.HTTPConnection:
        """The kept connection, or a new one whose certificate is verified before a byte is sent over it."""
        if self._held is None:
            o = self._options
            plain = dial(self._address, o.port, o.connect_seconds)
            made = http.client.HTTPConnection(self._address, o.port, timeout=o.connect_seconds)
            made.sock = shake(plain, self._trusted, o.server_name or self._address, self._where, self._target)
            self._held = made
        return self._held


def _link(value: Any) -> str | None:
    """The address that a link leads to; None where it is none, or leads into the middle of a resource (JSON pointer)."""
    at = value.get("@odata.id") if isinstance(value, dict) else None
    return _checked(at) if isinstance(at, str) and "#" not in at else None


def _checked(at: str) -> str:
    if len(at) > 500 or ".." in at or not _PATH.fullmatch(at):
        raise TransportError("not_understood", f"a link that leads out of the service: {one_line(at, 60)!r}")
    return at
