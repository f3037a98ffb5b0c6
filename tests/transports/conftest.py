"""Servers that several specifications ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.transports.sshkit import Client, Sshd, sshd


@pytest.fixture(scope="module")
def server() -> Iterator[Sshd]:
    """A modern sshd with three kinds of host keys."""
    with sshd(kinds=("ed25519", "ecdsa", "rsa")) as running:
        yield running


@pytest.fixture
def client(tmp_path: Path) -> Client:
    """Somebody who trusts nobody yet."""
    return Client(tmp_path)


@pytest.fixture
def friend(client: Client, server: Sshd) -> Client:
    """Somebody who trusts that server."""
    client.trust(server)
    return client
