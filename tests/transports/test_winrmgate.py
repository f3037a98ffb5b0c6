"""A wrong password of a domain account is not tried at every host."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from auditkit.errors import TransportError
from auditkit.transports.base import Context, Credential, Masked, Target
from auditkit.transports.winrm import Winrm, WinrmOptions
from tests.lab.winrm import PASSWORD, Server, Windows, running
from tests.transports.winrmkit import PROBES

OS = [p for p in PROBES if p.name == "windows.os"]
HOSTS = [f"127.3.0.{n}" for n in range(1, 13)]
RIGHT = {r"CORP\audit": PASSWORD, "audit": PASSWORD}
WRONG = {r"CORP\audit": "another", "audit": "another"}


def ask(lab: Server, login: str, folder: Path) -> dict[str, str]:
    """All hosts at once, in one collection: address -> "" or what was told."""
    context = Context(b"k", folder / "known_hosts", lambda sent: None, lambda ref: Credential(""))

    def one(address: str) -> str:
        target = Target(address, "windows", "winrm", address, WinrmOptions(scheme="http", port=lab.port))
        try:
            assert list(Winrm().collect(target, OS, Credential(login, Masked(PASSWORD)), context))
        except TransportError as e:
            return str(e) if e.cause == "bad_credential" else f"another cause: {e}"
        return ""

    with ThreadPoolExecutor(len(HOSTS)) as pool:
        return dict(zip(HOSTS, pool.map(one, HOSTS), strict=True))


def hosts(wrong: int) -> dict[str, Windows]:
    """So many of them have another password for the account; a little latency keeps all threads waiting at once."""
    return {address: Windows(users=WRONG if n < wrong else RIGHT, latency=0.02) for n, address in enumerate(HOSTS)}


def test_after_two_refusals_nobody_else_is_asked(tmp_path: Path) -> None:
    park = hosts(len(HOSTS))
    with running(park) as lab:
        told = ask(lab, r"CORP\audit", tmp_path)
    assert sum(len(h.refused) for h in park.values()) == 2
    assert sum("was refused (401)" in t for t in told.values()) == 2
    assert sum("was not tried" in t and "lock the account" in t for t in told.values()) == len(HOSTS) - 2


def test_once_it_was_let_in_a_refusal_is_of_that_host_alone(tmp_path: Path) -> None:
    park = hosts(1)
    with running(park) as lab:
        told = ask(lab, r"CORP\audit", tmp_path)
    assert [address for address, t in told.items() if t] == HOSTS[:1]


@pytest.mark.parametrize("login", ["audit"])
def test_an_account_of_the_host_itself_is_another_one_at_each(login: str, tmp_path: Path) -> None:
    park = hosts(6)
    with running(park) as lab:
        told = ask(lab, login, tmp_path)
    assert [address for address, t in told.items() if t] == HOSTS[:6]
    assert all("was refused (401)" in t for t in told.values() if t)
