"""The whole way over SSH, against a real sshd: verify, log in, ask. Nothing secret before the host is known, nor anywhere else."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import paramiko
import pytest
from pydantic import ValidationError

from auditkit.errors import TransportError
from auditkit.transports.hostkeys import fingerprint
from auditkit.transports.ssh import Ssh, SshOptions
from tests.transports.sshhostile import Door, serving, ssh_server
from tests.transports.sshkit import PASSWORD, USER, Client, Sshd, by_key, by_password, frames, keygen, lines, public, sshd


def test_a_login_request_is_what_the_log_of_sshd_would_show(client: Client) -> None:
    """What the tests below rest on."""
    with sshd() as known:
        client.trust(known)
        assert client.who(known.port, by_password()) == USER
        known.wait_log("Connection closed by")
        assert len(known.login_requests) == 2


def test_a_host_nobody_trusts_gets_no_login(client: Client) -> None:
    with sshd() as unknown:
        with pytest.raises(TransportError, match=r"not trusted yet.*auditkit trust CLIENT --only srv-1 --yes") as e:
            client.ask(unknown.port, by_password())
        assert e.value.cause == "refused"
        assert fingerprint(public(unknown.keys[0])) in str(e.value)
        unknown.wait_log("Connection closed by")
        assert unknown.login_requests == []


def test_a_host_with_another_key_gets_no_login(client: Client) -> None:
    with sshd() as old:
        client.trust(old)
        port, before = old.port, public(old.keys[0])
    with sshd(port=port) as new:
        with pytest.raises(TransportError) as e:
            client.ask(port, by_password())
        assert e.value.cause == "host_key_changed"
        assert fingerprint(before) in str(e.value)
        assert fingerprint(public(new.keys[0])) in str(e.value)
        new.wait_log("Connection closed by")
        assert new.login_requests == []
        assert [s.what for s in client.journal] == [f"ssh connect 127.0.0.1 port {port}"]


def test_a_host_that_lost_its_pinned_kind_of_key_is_a_changed_host(client: Client, tmp_path: Path) -> None:
    with sshd(kinds=("ecdsa",)) as running:
        client.trust(running, keys=[keygen(tmp_path / "lost")])
        with pytest.raises(TransportError, match=r"pinned SHA256:.*\(ssh-ed25519\), shown SHA256:.*\(ecdsa-sha2-nistp256\)") as e:
            client.ask(running.port, by_password())
        assert e.value.cause == "host_key_changed"


@pytest.mark.parametrize("n", [0, 1, 2])
def test_a_host_with_several_keys_is_known_by_each(client: Client, server: Sshd, n: int) -> None:
    client.trust(server, keys=[server.keys[n]])
    assert client.who(server.port, by_password()) == USER


def test_a_server_without_the_private_half_of_its_key_gets_no_login(client: Client, server: Sshd, tmp_path: Path) -> None:
    """Somebody in between shows the right public key; the signature of the key exchange gives it away (RFC 4253, 8)."""

    class Borrowed(paramiko.ECDSAKey):
        def asbytes(self) -> bytes:
            return public(server.keys[1]).blob

    door = Door()
    liar = paramiko.ECDSAKey.generate()
    liar.__class__ = Borrowed

    def prepare(transport: Any) -> None:
        transport.server_key_dict = {"ecdsa-sha2-nistp256": liar}

    with serving(ssh_server(door, prepare=prepare)) as between:
        between_sshd = Sshd(tmp_path, between.port, [server.keys[1]], server.user_key)
        client.trust(between_sshd)
        with pytest.raises(TransportError, match="cannot prove that it owns the host key") as e:
            client.ask(between.port, by_password())
    assert (e.value.cause, door.tried) == ("refused", [])


def test_everything_is_in_the_journal_before_it_happens(friend: Client, server: Sshd) -> None:
    friend.ask(server.port, by_password(), lines("t.a", "echo a"))
    where = f"127.0.0.1 port {server.port}"
    assert [s.what for s in friend.journal] == [
        f"ssh connect {where}", f"ssh login {where} by none", f"ssh login {where} by password", "sh -s:\nt.a: echo a",
    ]  # fmt: skip
    assert {(s.target, s.address, s.account) for s in friend.journal} == {("srv-1", "127.0.0.1", USER)}


def test_secrets_are_in_no_log_no_journal_and_no_error(
    friend: Client, server: Sshd, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    locked = keygen(tmp_path / "locked", "ed25519", "-N", "Canary-phrase")
    good, wrong = by_password(), by_password("Canary-wrong")
    friend.ask(server.port, good)
    seen = repr(friend.journal) + repr(good)
    for bad in (wrong, by_key(locked, "Canary-phrase", "Canary-both")):
        with pytest.raises(TransportError) as e:
            friend.ask(server.port, bad)
        seen += str(e.value) + frames(e.value)
    out, err = capfd.readouterr()
    assert "Canary" not in seen + out + err + caplog.text
    assert (out, err) == ("", "")
    assert "Canary" in PASSWORD


def test_many_at_once_to_one_host_all_come_through(friend: Client, server: Sshd) -> None:
    """Twenty collections in threads against a MaxStartups of sshd's default: none is dropped, four at most are connected."""
    said: list[str] = []
    threads = [threading.Thread(target=lambda: said.append(friend.who(server.port, by_key(server.user_key)))) for _ in range(20)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert said == [USER] * 20
    assert "drop connection" not in server.log


def test_a_collection_that_is_given_up_leaves_no_connection(friend: Client, server: Sshd) -> None:
    probes = [lines("t.a", "echo a"), lines("t.b", "echo b")]
    asked = Ssh().collect(friend.target(server.port), probes, by_password(), friend.context())
    next(asked)
    asked.close()  # type: ignore[attr-defined]
    end = time.monotonic() + 2
    while [t for t in threading.enumerate() if type(t).__name__ == "Transport"]:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_options_have_bounds_and_every_one_is_described() -> None:
    schema = SshOptions.model_json_schema()
    fields = {**schema["properties"], **schema["$defs"]["Jump"]["properties"]}
    assert [name for name, field in fields.items() if not field.get("description")] == []
    for bad in ({"port": 0}, {"connections": 10}, {"connect_seconds": 0}, {"sudo": "yes"}, {"jump": [{"address": ""}]}, {"unknown": 1}):
        with pytest.raises(ValidationError):
            SshOptions(**bad)


def test_reading_options_does_not_load_paramiko() -> None:
    code = "import sys, auditkit.transports as t; t.load('ssh').options; sys.exit('paramiko' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
