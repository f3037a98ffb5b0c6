"""Bytes by their content: compressed, encrypted where secret, on disk where big."""

from __future__ import annotations

import hashlib
import hmac
import os
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec
import zstandard
from sqlalchemy import Connection, select, text

from auditkit.errors import EvidenceError, StoreError
from auditkit.store.many import insert_many
from auditkit.store.schema import blob

ON_DISK = 1 << 20  # a bigger body is a file under evidence/
# One parameter for any number of addresses: a list of hundreds of parameters costs more than the search.
_HAVE_SQLITE = text("select address from blob where address in (select value from json_each(:wanted))")
_HAVE_POSTGRESQL = text("select address from blob where address in (select json_array_elements_text(cast(:wanted as json)))")
MOST = 1 << 30  # no blob holds more: a damaged frame must not decompress without end


class Cipher(Protocol):
    """Encrypts to the recipients of the workspace (public keys only), decrypts where an identity is at hand."""

    @property
    def kept(self) -> bool:
        """False: nobody could open it, so secret bytes are not kept at all."""
        ...

    @property
    def reason(self) -> str:
        """Why not kept."""
        ...

    def encrypt(self, body: bytes) -> bytes:
        """Bytes -> age file."""
        ...

    def decrypt(self, body: bytes) -> bytes:
        """Age file -> bytes. Raises EvidenceError where no key opens it."""
        ...


@dataclass(frozen=True, slots=True)
class NoCipher:
    """For a store in memory: secret bytes are not kept."""

    reason: str = "no recipients"
    kept: bool = False

    def encrypt(self, body: bytes) -> bytes:
        """Never called: `kept` is False."""
        raise StoreError(f"secret bytes are not kept: {self.reason}")

    def decrypt(self, body: bytes) -> bytes:
        """Raises EvidenceError."""
        raise EvidenceError(f"secret bytes cannot be opened: {self.reason}")


@dataclass(slots=True)
class Blobs:
    """folder: of files for big bodies; None = all in the database. key: HMAC key for addresses of secret bytes."""

    folder: Path | None
    key: bytes
    cipher: Cipher

    def put(self, connection: Connection, bodies: Mapping[str, tuple[bytes, bool]]) -> None:
        """Keep {address: (bytes, secret)}; the same bytes cost nothing the second time."""
        wanted = list(bodies)
        have_sql = _HAVE_POSTGRESQL if connection.dialect.name == "postgresql" else _HAVE_SQLITE
        have = set(connection.execute(have_sql, {"wanted": msgspec.json.encode(wanted).decode()}).scalars())
        rows = [self._row(address, *bodies[address]) for address in wanted if address not in have]
        insert_many(connection, blob, rows)

    def _row(self, address: str, body: bytes, secret: bool) -> dict[str, object]:
        """Secret "not kept" is a row without a body: missing for a reason is not missing."""
        form, kept = ("not_kept", None) if secret and not self.cipher.kept else ("zstd", _squeeze(body))
        if secret and kept is not None:
            form, kept = "age", self.cipher.encrypt(kept)
        if kept is not None and len(kept) > ON_DISK and self.folder is not None:
            _write(self._path(address), kept)
            form, kept = f"file-{form}", None
        return {"address": address, "form": form, "size": len(body), "body": kept}

    def address(self, body: bytes, secret: bool) -> str:
        """Where bytes lie."""
        return "hmac-" + hmac.new(self.key, body, hashlib.sha256).hexdigest() if secret else hashlib.sha256(body).hexdigest()

    def get(self, connection: Connection, address: str) -> bytes:
        """The bytes again. Raises EvidenceError: missing, changed since, not kept, or no key opens them."""
        row = connection.execute(select(blob).where(blob.c.address == address)).first()
        if row is None:
            raise EvidenceError(f"evidence {short(address)} is missing from the store")
        if row.form == "not_kept":
            raise EvidenceError(f"evidence {short(address)} was secret and could not be kept encrypted; not checkable")
        kept = self._file(address) if row.form.startswith("file-") else bytes(row.body)
        body = _unsqueeze(self.cipher.decrypt(kept) if row.form.endswith("age") else kept, address)
        if self.address(body, secret=address.startswith("hmac-")) != address:
            raise EvidenceError(f"evidence {short(address)} was changed after it was stored")
        return body

    def _path(self, address: str) -> Path:
        assert self.folder is not None
        name = address.removeprefix("hmac-")
        return self.folder / name[:2] / address

    def _file(self, address: str) -> bytes:
        if self.folder is None:
            raise EvidenceError(f"evidence {short(address)} lies in a file, but this store has no folder")
        try:
            fd = os.open(self._path(address), os.O_RDONLY | os.O_NOFOLLOW)
        except OSError as e:
            raise EvidenceError(f"evidence {short(address)} is missing: {e.strerror}: {self._path(address)}") from e
        with os.fdopen(fd, "rb") as f:
            return f.read()


def short(address: str) -> str:
    """An address for messages: its first 12 digits."""
    return address.removeprefix("hmac-")[:12]


class _Compressor(threading.local):
    """One a thread: making it costs more than compressing a small reply, and threads must not share it."""

    def __init__(self) -> None:
        self.it = zstandard.ZstdCompressor(level=3, write_content_size=True)


_compressor = _Compressor()


def _squeeze(body: bytes) -> bytes:
    return _compressor.it.compress(body)


def _unsqueeze(kept: bytes, address: str) -> bytes:
    try:
        # max_output_size is ignored where the frame declares its size, so the declared size is looked at first.
        declared = zstandard.frame_content_size(kept)
        if not 0 <= declared <= MOST:
            raise EvidenceError(f"evidence {short(address)} was changed after it was stored (size {declared})")
        return zstandard.ZstdDecompressor().decompress(kept, max_output_size=MOST)
    except zstandard.ZstdError as e:
        raise EvidenceError(f"evidence {short(address)} was changed after it was stored ({e})") from e


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fd, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(fd, "wb") as f:
        f.write(body)
        f.flush()
        os.fsync(f.fileno())
    os.replace(temporary, path)
