"""One exec over SSH: both streams whole, servers that run nothing, connections that break."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paramiko
import pytest

from auditkit.errors import TransportError
from auditkit.model import Unknown
from auditkit.probing import Shell
from auditkit.transports import hostkeys
from auditkit.transports.ssh import Ssh
from tests.transports.sshhostile import Door, packet, serving, shown, ssh_server
from tests.transports.sshkit import USER, Client, Sshd, by_password, lines, sshd


def refused(client: Client, port: int, **options: Any) -> TransportError:
    with pytest.raises(TransportError) as e:
        client.ask(port, by_password(), **options)
    return e.value


def test_bytes_and_both_streams_arrive_as_they_were(friend: Client, server: Sshd) -> None:
    noisy = lines("t.bytes", r"printf 'a\000b\377\n'; printf 'warned\377' >&2; exit 3")
    big = lines("t.big", "head -c 3000000 /dev/zero")
    one, two = sorted(friend.ask(server.port, by_password(), noisy, big), key=lambda b: b.question.probe, reverse=True)
    assert one.reply is not None
    assert two.reply is not None
    assert (one.reply.stdout, one.reply.stderr, one.reply.code) == (b"a\0b\xff\n", b"warned\xff", 3)
    assert two.reply.stdout == bytes(3_000_000)
    assert one.reply.account == USER


def test_a_flood_on_both_streams_is_not_lost(friend: Client, server: Sshd) -> None:
    both = lines("t.both", "i=0; while [ $i -lt 20000 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done")
    (brought,) = friend.ask(server.port, by_password(), both)
    assert brought.reply is not None
    assert brought.reply.stdout == b"".join(b"out %d\n" % i for i in range(20000))
    assert brought.reply.stderr == b"".join(b"err %d\n" % i for i in range(20000))


def test_a_command_that_hangs_costs_only_itself(friend: Client, server: Sshd) -> None:
    hang = lines("t.hang", Shell("exec sleep 60", seconds=1))
    brought = {b.question.probe: b for b in friend.ask(server.port, by_password(), lines("t.a", "echo a"), hang, lines("t.z", "echo z"))}
    assert isinstance(brought["t.hang"].trouble, Unknown)
    assert brought["t.hang"].trouble.cause == "timed_out"
    assert [brought[name].reply.stdout for name in ("t.a", "t.z")] == [b"a\n", b"z\n"]  # type: ignore[union-attr]


def test_nothing_is_left_running_or_lying_on_the_target(friend: Client, server: Sshd) -> None:
    before = {p.name for p in server.folder.iterdir()}
    friend.ask(server.port, by_password(), lines("t.a", "echo a"))
    assert {p.name for p in server.folder.iterdir()} == before
    end = time.monotonic() + 5
    while subprocess.run(["pgrep", "-u", "61234"], capture_output=True, check=False).stdout:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_login_without_a_shell(client: Client) -> None:
    with sshd(shell="/usr/sbin/nologin") as running:
        client.trust(running)
        e = refused(client, running.port)
        assert (e.cause, "no POSIX shell answered: This account is currently not available" in str(e)) == ("not_understood", True)


def test_a_login_for_files_only(client: Client) -> None:
    with sshd(more="ForceCommand internal-sftp") as running:
        client.trust(running)
        assert refused(client, running.port).cause == "not_understood"


def test_a_server_that_opens_no_session(client: Client) -> None:
    with sshd(more="MaxSessions 0") as running:
        client.trust(running)
        e = refused(client, running.port)
        assert (e.cause, "logged in, but no session can be opened (" in str(e)) == ("refused", True)


@pytest.fixture
def refusing(client: Client) -> Iterator[int]:
    """An SSH server that refuses exec, as many appliances do."""
    with serving(ssh_server(Door())) as server:
        hostkeys.pin(client.pins, "127.0.0.1", server.port, [shown()])
        yield server.port


def test_a_server_that_runs_no_command(client: Client, refusing: int) -> None:
    e = refused(client, refusing)
    assert (e.cause, "logged in, but the server runs no command" in str(e)) == ("refused", True)


class Deaf(Door):
    """Accepts exec; never reads or writes."""

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        return True


def test_a_server_that_never_takes_the_script(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def prepare(transport: Any) -> None:
        transport.default_window_size = 1 << 15

    with serving(ssh_server(Deaf(), prepare=prepare)) as server:
        hostkeys.pin(client.pins, "127.0.0.1", server.port, [shown()])
        long = lines("t.long", ": " + "x" * 100_000)
        with pytest.raises(TransportError) as e:
            client.ask(server.port, by_password(), long, connect_seconds=1)
        assert (e.value.cause, "does not take the script within 1 s" in str(e.value)) == ("timed_out", True)


def test_a_server_that_gives_no_answer_to_exec_is_left_at_the_host_s_deadline(client: Client) -> None:
    with serving(ssh_server(Deaf())) as server:
        hostkeys.pin(client.pins, "127.0.0.1", server.port, [shown()])
        started = time.monotonic()
        e = refused(client, server.port, host_seconds=1)
        assert (e.cause, time.monotonic() - started < 5) == ("timed_out", True)


def test_of_a_connection_that_breaks_nothing_is_taken_and_that_is_said(client: Client) -> None:
    """Its gzip stream never came to its CRC: although two answers had arrived, none of them is vouched for."""
    noise = "head -c 300000 /dev/urandom"  # more than gzip holds back
    with sshd() as running:
        client.trust(running)
        probes = [lines("t.a", noise), lines("t.b", noise), lines("t.c", Shell("sleep 20"))]
        asked = Ssh().collect(client.target(running.port), probes, by_password(), client.context())
        threading.Timer(1.5, kill_sessions, [running]).start()
        with pytest.raises(TransportError, match="the connection broke") as e:
            next(asked)
        assert e.value.cause == "truncated"


def kill_sessions(server: Sshd) -> None:
    """End the processes that serve a connection, at once."""
    assert server.process is not None
    parents, doomed = [server.process.pid], list[int]()
    while parents:
        found = subprocess.run(["pgrep", "-P", ",".join(map(str, parents))], capture_output=True, text=True, check=False).stdout.split()
        parents = [int(pid) for pid in found]
        for pid in parents:
            os.kill(pid, signal.SIGSTOP)  # none of them can say goodbye
        doomed.extend(parents)
    for pid in doomed:
        with contextlib.suppress(ProcessLookupError):  # ended with its parent
            os.kill(pid, signal.SIGKILL)


def test_more_than_the_window_allows_does_not_fill_memory(client: Client) -> None:
    """A server that sends and sends, whatever the window says, until the host's cap."""

    def script(transport: Any) -> None:
        channel = transport.accept(5)
        assert channel is not None
        data = packet(94, 0, b"x" * 30_000)  # SSH_MSG_CHANNEL_DATA
        while transport.is_active():
            transport._send_message(data)

    with serving(ssh_server(Deaf(), script)) as server:
        hostkeys.pin(client.pins, "127.0.0.1", server.port, [shown()])
        e = refused(client, server.port)
        assert (e.cause, "floods" in str(e)) == ("truncated", True)


def test_the_account_of_a_target_may_differ_from_the_credential(friend: Client, server: Sshd, tmp_path: Path) -> None:
    assert friend.who(server.port, by_password(login="somebody-else"), user=USER) == USER
