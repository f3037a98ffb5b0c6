"""One search, page by page: each page becomes LDIF as it arrives, and values that the server hands out in ranges are made whole.

Entries stay in the server's order. Attributes are sorted by name and the values of each by their bytes, for a directory holds sets and
may give them in another order every time; only objectClass keeps its order, which means something (MS-ADTS 3.1.1.1.4).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace

from auditkit.errors import TransportError
from auditkit.ldif import write
from auditkit.transports.ldapcodes import ADMIN_LIMIT, SIZE_LIMIT, UNWILLING
from auditkit.transports.ldapentry import DONE, ENTRY, REFERENCE, entry
from auditkit.transports.ldaprequest import Asked, search
from auditkit.transports.ldapwire import Budget, Late, Result, Wire, result

PAGE = 1000  # MaxPageSize of Active Directory where nobody changed it
SMALLER = (250, 50)
MOST_RANGES = 100_000
_RANGE = re.compile(rb"(?P<name>[^;]+);range=(?P<first>\d+)-(?P<last>\d+|\*)", re.IGNORECASE)
Values = dict[bytes, list[bytes]]


@dataclass(slots=True)
class Page:
    """LDIF of some entries. broken: why more of them are missing here, "" = none."""

    body: bytes
    broken: str = ""


@dataclass(slots=True)
class End:
    """How a search ended: LDAP result code and message; None = it did not end (why: what happened)."""

    code: int | None
    message: str = ""
    late: bool = False
    lost: TransportError | None = None


@dataclass(slots=True)
class _Filling:
    """A page on its way in: pieces of LDIF, and entries that wait for the rest of a range."""

    pieces: list[bytes] = field(default_factory=list)
    size: int = 0
    ranged: list[tuple[int, bytes, Values]] = field(default_factory=list)
    references: int = 0

    def add(self, dn: bytes, values: Values) -> None:
        if any(b";range=" in name.lower() for name in values):
            self.ranged.append((len(self.pieces), dn, values))
            self.pieces.append(b"")
            return
        piece = ldif(dn, values)
        self.pieces.append(piece)
        self.size += len(piece)


def ldif(dn: bytes, values: Values) -> bytes:
    """An entry as it is kept. Raises UnicodeDecodeError for a DN or a name that is no text."""
    return write(dn.decode(), {name.decode("ascii"): _ordered(name, values[name]) for name in sorted(values, key=bytes.lower)})


def _ordered(name: bytes, values: list[bytes]) -> list[bytes]:
    return sorted(values) if len(values) > 1 and name.lower() != b"objectclass" else values


class Searching:
    """A search over a connection. After `pages` is through, `end` tells how it ended."""

    def __init__(
        self, wire: Wire, asked: Asked, budget: Budget, page: int = PAGE, page_bytes: int = 8 << 20,
        tell: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        """page: entries a page. page_bytes: a page that grows beyond is handed on in parts. tell: journal of further searches (ranges)."""
        self._wire = wire
        self._asked = asked
        self._budget = budget
        self._page = 0 if asked.scope == "base" else page
        self._page_bytes = page_bytes
        self._tell = tell
        self.end = End(None, "not asked")

    def pages(self) -> Iterator[Page]:
        """Pages with entries. The next one is asked for before the one that came is handed on: the server works while it is kept."""
        filling = _Filling()
        try:
            yield from self._all(filling)
        except Late:
            self.end = End(None, f"no end within {self._asked.seconds} s", late=True)
        except TransportError as e:
            self.end = End(None, str(e), lost=e)
        if self.end.code is None and (body := b"".join(filling.pieces)):
            yield Page(body, self.end.message)

    def _all(self, filling: _Filling) -> Iterator[Page]:
        sent = self._send(b"")
        first = True
        while True:
            done = yield from self._fill(sent, filling)
            if first and not filling.pieces and done.code in (SIZE_LIMIT, ADMIN_LIMIT, UNWILLING) and self._smaller():
                sent = self._send(b"")
                continue
            first = False
            broken = self._complete(filling)
            more = done.code == 0 and done.cookie
            if more:
                sent = self._send(done.cookie)
            page = Page(b"".join(filling.pieces), broken)
            filling.pieces, filling.size = [], 0
            if page.body:
                yield page
            if not more:
                self.end = End(done.code, done.message)
                return

    def _smaller(self) -> bool:
        """Ask for smaller pages, where there are smaller ones."""
        sizes = [n for n in SMALLER if n < self._page]
        if sizes:
            self._page = sizes[0]
        return bool(sizes)

    def _send(self, cookie: bytes) -> int:
        return self._wire.send("searchRequest", *search(self._asked, self._page, cookie))

    def _fill(self, sent: int, filling: _Filling) -> Generator[Page, None, Result]:
        """Take a page in; pages that grow beyond the cap are handed on early."""
        while True:
            id_, operation, contents, raw = self._wire.receive(self._budget)
            if id_ != sent:
                continue
            if operation == ENTRY:
                filling.add(*self._wire.read(entry, contents))
            elif operation == DONE:
                return self._wire.read(result, raw)
            elif operation == REFERENCE:
                filling.references += 1
            if filling.size > self._page_bytes and not filling.ranged:
                yield Page(b"".join(filling.pieces))
                filling.pieces, filling.size = [], 0

    def _complete(self, filling: _Filling) -> str:
        """Fetch the rest of values that came in ranges; "" or why some are missing."""
        broken = ""
        for place, dn, values in filling.ranged:
            broken = self._joined(dn, values) or broken
            filling.pieces[place] = ldif(dn, values)
        filling.ranged = []
        return broken

    def _joined(self, dn: bytes, values: Values) -> str:
        """Put all values of ranged attributes under their plain names (MS-ADTS 3.1.1.3.1.3.3); "" or what went wrong."""
        broken = ""
        for ranged in [n for n in values if b";range=" in n.lower()]:
            found = _RANGE.fullmatch(ranged)
            plain = found["name"] if found else ranged.partition(b";")[0]
            got = values.pop(ranged)
            try:
                for _ in range(MOST_RANGES):
                    if found is None or found["last"] == b"*":
                        break
                    found, more = self._next_range(dn, plain, int(found["last"]) + 1)
                    got += more
                else:
                    found = None
            finally:
                values[plain] = values.get(plain, []) + got
            if found is None:
                broken = f"{plain.decode('ascii', 'replace')} of {dn.decode('utf-8', 'replace')}: the rest of its values was not given"
        return broken

    def _next_range(self, dn: bytes, name: bytes, first: int) -> tuple[re.Match[bytes] | None, list[bytes]]:
        attribute = f"{name.decode('ascii')};range={first}-*"
        if self._tell is not None:
            self._tell(f"ldap search base {dn.decode()} (objectClass=*) [{attribute}]")
        asked = replace(self._asked, base=dn.decode(), filter="(objectClass=*)", attributes=(attribute,), scope="base")
        sent = self._wire.send("searchRequest", *search(asked))
        got: list[bytes] = []
        found: re.Match[bytes] | None = None
        while True:
            id_, operation_, contents, _ = self._wire.receive(self._budget)
            if id_ == sent and operation_ == ENTRY:
                _, values = self._wire.read(entry, contents)
                for key, more in values.items():
                    match = _RANGE.fullmatch(key)
                    if match and match["name"].lower() == name.lower() and int(match["first"]) == first:
                        found, got = match, more
            elif id_ == sent and operation_ == DONE:
                return found, got
