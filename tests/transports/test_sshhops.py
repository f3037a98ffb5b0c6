"""Through jump hosts: each is verified before anything secret is said to it, and each has a credential of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditkit.errors import CredentialError, TransportError
from auditkit.transports import hostkeys
from auditkit.transports.base import Credential
from auditkit.transports.hostkeys import name_of
from auditkit.transports.ssh import Ssh
from auditkit.transports.sshhops import Way
from tests.transports.sshhostile import Door, says, serving, shown, ssh_server
from tests.transports.sshkit import USER, WHO, Client, Sshd, by_key, by_password, free_port, public, sshd


@pytest.fixture(scope="module")
def gate() -> Iterator[Sshd]:
    """A jump host that takes keys only."""
    with sshd(more="PasswordAuthentication no\nKbdInteractiveAuthentication no") as running:
        yield running


def jump(server: Sshd, credential: str = "vault:gate") -> dict[str, Any]:
    return {"address": "127.0.0.1", "port": server.port, "credential": credential}


@pytest.fixture
def traveller(client: Client, gate: Sshd) -> Client:
    """Somebody who may pass the gate."""
    client.credentials["vault:gate"] = by_key(gate.user_key)
    client.trust(gate)
    return client


def way(*servers: Sshd) -> list[str]:
    return [name_of("127.0.0.1", s.port) for s in servers]


def test_a_target_behind_a_jump_host(traveller: Client, gate: Sshd, server: Sshd) -> None:
    traveller.trust(server, via=way(gate))
    assert traveller.who(server.port, by_password(), jump=[jump(gate)]) == USER
    steps = [s.what for s in traveller.journal if s.what.startswith("ssh ")]
    here, there = f"127.0.0.1 port {gate.port}", f"127.0.0.1 port {server.port}"
    assert steps == [
        f"ssh connect {here}", f"ssh login {here} by publickey",
        f"ssh connect {there}", f"ssh login {there} by none", f"ssh login {there} by password",
    ]  # fmt: skip


def test_a_chain_of_three(traveller: Client, gate: Sshd, server: Sshd) -> None:
    with sshd() as middle:
        traveller.trust(middle, via=way(gate))
        traveller.trust(server, via=way(gate, middle))
        traveller.credentials["vault:middle"] = by_password()
        assert traveller.who(server.port, by_password(), jump=[jump(gate), jump(middle, "vault:middle")]) == USER


def test_a_jump_host_without_a_credential_gets_that_of_the_target(traveller: Client, gate: Sshd) -> None:
    with sshd(users_keys=[gate.user_key]) as behind:
        traveller.trust(behind, via=way(gate))
        assert traveller.who(behind.port, by_key(gate.user_key), jump=[jump(gate, "")]) == USER


def refused(client: Client, port: int, address: str = "127.0.0.1", **options: Any) -> TransportError:
    with pytest.raises(TransportError) as e:
        client.ask(port, by_password(), address=address, **options)
    return e.value


def test_a_jump_host_nobody_trusts_gets_no_login(client: Client, server: Sshd) -> None:
    client.credentials["vault:gate"] = by_password()
    with sshd() as unknown:
        e = refused(client, server.port, jump=[jump(unknown)])
        assert (e.cause, "not trusted yet" in str(e)) == ("refused", True)
        unknown.wait_log("Connection closed by")
        assert unknown.login_requests == []


def test_a_target_behind_it_nobody_trusts_gets_no_login(traveller: Client, gate: Sshd) -> None:
    with sshd() as unknown:
        traveller.trust(unknown)  # as it is seen from here, which says nothing about what is seen from there
        e = refused(traveller, unknown.port, jump=[jump(gate)])
        assert (e.cause, "not trusted yet" in str(e)) == ("refused", True)
        unknown.wait_log("Connection closed by")
        assert unknown.login_requests == []


def test_a_target_that_is_off_behind_the_jump_host(traveller: Client, gate: Sshd) -> None:
    port = free_port()
    e = refused(traveller, port, jump=[jump(gate)])
    assert (e.cause, str(e)) == ("refused", f"127.0.0.1 port {port}: connection refused, says the jump host")


def test_a_name_the_jump_host_does_not_know(traveller: Client, gate: Sshd) -> None:
    e = refused(traveller, 22, address="no-such-host.invalid", jump=[jump(gate)])
    assert (e.cause, "no-such-host.invalid port 22: the jump host cannot connect (" in str(e)) == ("unreachable", True)


def test_a_jump_host_that_forwards_nothing(client: Client, server: Sshd) -> None:
    client.credentials["vault:gate"] = by_password()
    with sshd(more="AllowTcpForwarding no") as closed:
        client.trust(closed)
        e = refused(client, server.port, jump=[jump(closed)])
        assert (e.cause, "the jump host forwards nothing" in str(e)) == ("refused", True)


def test_a_hung_target_behind_the_jump_host(traveller: Client, gate: Sshd) -> None:
    with serving(says()) as hung:
        e = refused(traveller, hung.port, jump=[jump(gate)], banner_seconds=0.5)
        assert (e.cause, "nothing was said within 0.5 s" in str(e)) == ("timed_out", True)


def test_what_is_no_ssh_behind_the_jump_host(traveller: Client, gate: Sshd) -> None:
    with serving(lambda sock: sock.sendall(b"220 ftp\r\n")) as ftp:
        assert "it says '220 ftp'" in str(refused(traveller, ftp.port, jump=[jump(gate)]))


def test_a_jump_host_that_never_answers_the_wish_to_go_on(client: Client) -> None:
    class Stuck(Door):
        def check_channel_direct_tcpip_request(self, chanid: int, origin: Any, destination: Any) -> int:
            time.sleep(3)
            return 1

    with serving(ssh_server(Stuck())) as stuck:
        hostkeys.pin(client.pins, "127.0.0.1", stuck.port, [shown()])
        client.credentials["vault:gate"] = by_password()
        e = refused(client, 22, jump=[{"address": "127.0.0.1", "port": stuck.port, "credential": "vault:gate"}], connect_seconds=0.5)
        assert (e.cause, "no answer through the jump host within 0.5 s" in str(e)) == ("timed_out", True)


def test_keys_of_every_host_on_the_way_are_shown_and_pinned_one_after_the_other(traveller: Client, gate: Sshd, server: Sshd) -> None:
    traveller.pins.unlink()
    target = traveller.target(server.port, jump=[jump(gate)])
    for seen in Way(target, target.options, by_password(), traveller.context()).look():  # type: ignore[arg-type]
        assert seen.pinned == []
        hostkeys.pin(traveller.pins, seen.site.address, seen.site.port, seen.shown, via=seen.site.via)
    assert hostkeys.pinned(traveller.pins, "127.0.0.1", server.port, way(gate)) == sorted(public(k) for k in server.keys)
    (brought,) = Ssh().collect(target, [WHO], by_password(), traveller.context())
    assert brought.reply is not None


def test_who_does_not_pin_the_jump_host_does_not_go_through_it(traveller: Client, gate: Sshd, server: Sshd) -> None:
    traveller.pins.unlink()
    target = traveller.target(server.port, jump=[jump(gate)])
    looking = Way(target, target.options, by_password(), traveller.context()).look()  # type: ignore[arg-type]
    next(looking)
    with pytest.raises(TransportError, match="not trusted yet"):
        next(looking)


def test_known_hosts_of_a_site_with_the_same_addresses(tmp_path: Path) -> None:
    assert name_of("10.0.0.5", 22, [name_of("gw.a", 2222), name_of("inner", 22)]) == "10.0.0.5/via/inner/via/[gw.a]:2222"


def test_a_credential_of_a_jump_host_that_does_not_open_costs_that_target_alone(client: Client, server: Sshd) -> None:
    def shut(reference: str) -> Credential:
        raise CredentialError(f"credential {reference}: the vault holds no such entry")

    target = client.target(server.port, jump=[jump(server)])
    context = replace(client.context(), credential_of=shut)
    with pytest.raises(TransportError, match="no such entry") as e:
        list(Ssh().collect(target, [WHO], by_password(), context))
    assert e.value.cause == "bad_credential"
