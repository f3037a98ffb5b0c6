"""A share read over SMB 2 or 3 (MS-SMB2) by smbprotocol: every message signed, every wait within one deadline, nothing ever written.

The password never goes over the wire: NTLM proves it, Kerberos asks for a ticket. Guests and servers that do not sign are refused.
"""

from __future__ import annotations

import logging
import struct
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from smbprotocol.connection import Connection
from smbprotocol.exceptions import (
    AccessDenied,
    BadNetworkName,
    NoMoreFiles,
    PasswordExpired,
    SMBAuthenticationError,
    SMBException,
    SMBResponseException,
)
from smbprotocol.file_info import FileAttributes, FileInformationClass
from smbprotocol.open import (
    CreateDisposition,
    CreateOptions,
    DirectoryAccessMask,
    FilePipePrinterAccessMask,
    ImpersonationLevel,
    Open,
    ShareAccess,
)
from smbprotocol.session import Session
from smbprotocol.transport import Tcp
from smbprotocol.tree import TreeConnect

from auditkit.errors import TransportError
from auditkit.text import one_line
from auditkit.transports import kerberos
from auditkit.transports.base import Masked

LARGEST = 16 << 20  # bytes of a message: the Direct TCP transport has no larger ones (MS-SMB2 2.1)
CHUNK = 64 << 10  # of one credit (MS-SMB2 3.2.4.1.5)
# What the library raises where a connection ends in the middle of something, or where bytes are not what they should be.
FAULTS = (SMBException, OSError, ValueError, LookupError, TypeError, AttributeError, struct.error)
Way = Literal["ntlm", "kerberos"]
for _name in ("smbprotocol", "spnego"):
    logging.getLogger(_name).addHandler(logging.NullHandler())  # its words are no words for a terminal


class Unread(Exception):
    """One file or folder that was not read, and why; the connection is as good as before."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a folder holds. link: a reparse point, which is not followed."""

    name: str
    folder: bool
    link: bool
    size: int


class _Bounded(Tcp):  # type: ignore[misc]
    def _recv(self, length: int, timeout: float) -> Any:
        if length > LARGEST:
            raise ValueError(f"a message of {length} bytes")
        return super()._recv(length, timeout)


class _Connection(Connection):  # type: ignore[misc]
    """Takes no message in that is larger than the protocol has."""

    @property
    def transport(self) -> Any:
        return self._bounded

    @transport.setter
    def transport(self, made: Tcp | None) -> None:
        self._bounded = None if made is None else _Bounded(made.server, made.port, made.timeout)


class Share:
    """A share of a server. Use it as a context: it is connected and logged in when the block begins."""

    def __init__(self, address: str, port: int, host: str, share: str, seconds: float) -> None:
        """host: the server's own name (Kerberos asks a ticket for it). seconds: for everything."""
        self.where = f"{address} port {port}"
        self._address, self._host, self._share, self._seconds = address, host, share, seconds
        self._connection = _Connection(uuid.uuid4(), address, port, require_signing=True)
        self._late = threading.Event()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._tree: Any = None

    def open(self, way: Way, login: str, password: Masked | None, connect_seconds: float) -> None:
        """Connect, log in, and reach the share. Raises TransportError."""
        self._timer.start()
        try:
            self._connection.connect(timeout=max(1, round(min(connect_seconds, self._seconds))))
            session = Session(
                self._connection, login or None, password.reveal() if password else None, require_encryption=False,
                hostname_override=self._host, auth_protocol=way,
            )  # fmt: skip
            self._login(session)
            self._tree = TreeConnect(session, rf"\\{self._address}\{self._share}")
            self._tree.connect()
        except FAULTS as e:
            raise self.trouble(e, f"login {login} by {way}") from None

    def _login(self, session: Session) -> None:
        """Raises TransportError for every status that a login is refused with: there are many, and some say nothing (Samba's NOT_FOUND)."""
        try:
            session.connect()
        except (SMBResponseException, SMBAuthenticationError, *kerberos.errors()) as e:
            why = "the password has expired" if isinstance(e, PasswordExpired) else f"the login was refused ({type(e).__name__})"
            who = f"login {session.username or ''} by {session.auth_protocol}"
            raise TransportError("bad_credential", f"{self.where}: {who}: {why}") from None
        finally:
            session.password = None

    def close(self) -> None:
        """Log off where that is possible, and let go."""
        self._timer.cancel()
        transport = self._connection.transport
        if transport is None or not transport.connected:
            return
        patience = threading.Timer(2.0, self._cut)
        patience.start()
        try:
            self._connection.disconnect(close=self._tree is not None and not self._late.is_set())
        except FAULTS:
            self._cut()
        finally:
            patience.cancel()

    def listing(self, path: str) -> list[Listed]:
        """What a folder holds, by name. Raises as the library does: `FAULTS`."""
        with _Opened(self._tree, path, folder=True) as opened:
            return sorted(self._entries(opened), key=lambda one: one.name.lower())

    def _entries(self, opened: Open) -> Iterator[Listed]:
        while True:
            try:
                found = opened.query_directory("*", FileInformationClass.FILE_DIRECTORY_INFORMATION)
            except NoMoreFiles:
                return
            for one in found:
                name = one["file_name"].get_value().decode("utf-16-le")
                flags = one["file_attributes"].get_value()
                if name not in (".", ".."):
                    folder, link = bool(flags & FileAttributes.FILE_ATTRIBUTE_DIRECTORY), bool(flags & 0x400)
                    yield Listed(name, folder, link, one["end_of_file"].get_value())

    def read(self, path: str, most: int) -> bytes:
        """A whole file. Raises as `listing`, Unread where it is larger than `most` or ends too early."""
        with _Opened(self._tree, path, folder=False) as opened:
            size = opened.end_of_file
            if size > most:
                raise Unread(f"{path} has grown to {size} bytes")
            body = b""
            while len(body) < size:
                piece = opened.read(len(body), min(CHUNK, size - len(body), self._connection.max_read_size))
                if not piece:
                    raise Unread(f"{path} ended after {len(body)} of {size} bytes")
                body += piece
            return body

    def trouble(self, e: BaseException, doing: str) -> TransportError:
        """What went wrong, in words. Never quotes what the library says of a login."""
        if self._late.is_set():
            return TransportError("timed_out", f"{self.where}: {doing}: no end within {self._seconds:g} s")
        if isinstance(e, AccessDenied):
            return TransportError("refused", f"{self.where}: {doing}: no right to read this")
        if isinstance(e, BadNetworkName):
            return TransportError("refused", f"{self.where}: {doing}: there is no share {self._share}: is it a domain controller?")
        if isinstance(e, SMBResponseException):
            return TransportError("refused", f"{self.where}: {doing}: {type(e).__name__}")
        if isinstance(e.__cause__, OSError) and self._tree is None:
            cause = e.__cause__
            if isinstance(cause, TimeoutError):
                return TransportError("timed_out", f"{self.where}: no answer (off, or a firewall drops it)")
            said = cause.strerror or type(cause).__name__
            return TransportError("refused" if isinstance(cause, ConnectionRefusedError) else "unreachable", f"{self.where}: {said}")
        return TransportError("truncated", f"{self.where}: {doing}: {type(e).__name__}: {one_line(str(e), 100)}")

    def _cut(self) -> None:
        """The deadline: whoever waits gets an error."""
        self._late.set()
        if self._connection.transport is not None:
            self._connection.transport.close()


class _Opened:
    """A file or folder opened to be read."""

    def __init__(self, tree: TreeConnect, path: str, folder: bool) -> None:
        self._open = Open(tree, path)
        self._folder = folder

    def __enter__(self) -> Open:
        folder = self._folder
        self._open.create(
            ImpersonationLevel.Impersonation,
            DirectoryAccessMask.FILE_LIST_DIRECTORY if folder else FilePipePrinterAccessMask.FILE_READ_DATA,
            0,
            ShareAccess.FILE_SHARE_READ | ShareAccess.FILE_SHARE_WRITE | ShareAccess.FILE_SHARE_DELETE,
            CreateDisposition.FILE_OPEN,
            CreateOptions.FILE_DIRECTORY_FILE if folder else CreateOptions.FILE_NON_DIRECTORY_FILE,
        )
        return self._open

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._open.close(get_attributes=False)
