"""Logging in: what the server wants is given once, and what it refuses is said in words."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paramiko
import pytest
from paramiko.server import InteractiveQuery

from auditkit.errors import TransportError
from auditkit.transports import hostkeys
from auditkit.transports.base import Credential
from tests.transports.sshhostile import Door, packet, serving, shown, ssh_server
from tests.transports.sshkit import PAM, PASSWORD, USER, Client, Sshd, by_key, by_password, frames, keygen, sshd

AUTH_FAILED, AUTH_PARTLY = 2, 1


def refusal(client: Client, port: int, credential: Credential | None, **options: Any) -> TransportError:
    """What is raised; no frame below it may hold a secret, whoever prints locals."""
    with pytest.raises(TransportError) as e:
        client.ask(port, credential, **options)
    assert "Canary" not in frames(e.value)
    return e.value


def methods(server: Sshd) -> list[str]:
    """Login requests of the one connection there was, once sshd has logged its end."""
    server.wait_log(r"Connection (closed|reset) by|Disconnect")
    return [line.rpartition("method ")[2].split()[0] for line in server.login_requests]


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_keys_of_each_kind(tmp_path: Path, client: Client, kind: str) -> None:
    mine = keygen(tmp_path / "mine", kind, *(["-b", "2048"] if kind == "rsa" else []))
    with sshd(users_keys=[mine]) as running:
        client.trust(running)
        assert client.who(running.port, by_key(mine)) == USER
        assert methods(running) == ["publickey"]  # nothing else was tried: each request is a round trip


def test_an_encrypted_key(tmp_path: Path, client: Client) -> None:
    mine = keygen(tmp_path / "mine", "ed25519", "-N", "Canary-phrase-3Zt")
    with sshd(users_keys=[mine]) as running:
        client.trust(running)
        assert client.who(running.port, by_key(mine, "Canary-phrase-3Zt")) == USER


def test_a_wrong_password_is_tried_once(friend: Client) -> None:
    with sshd() as running:
        friend.trust(running)
        e = refusal(friend, running.port, by_password("wrong-Canary"))
        assert e.cause == "bad_credential"
        assert str(e) == (
            f"127.0.0.1 port {running.port}: login 'auditor': refused: password; wrong, or not known there; "
            "the server allows: publickey, password, keyboard-interactive"
        )
        assert methods(running) == ["none", "password"]


def test_a_wrong_key_is_named(friend: Client, server: Sshd, tmp_path: Path) -> None:
    other = keygen(tmp_path / "other")
    e = refusal(friend, server.port, by_key(other))
    assert e.cause == "bad_credential"
    shown_ = subprocess.run(["ssh-keygen", "-lf", str(other)], capture_output=True, text=True, check=True).stdout.split()[1]
    assert f"refused: key {shown_} (ssh-ed25519)" in str(e)


def test_a_password_where_only_keys_are_taken_is_never_sent(client: Client) -> None:
    with sshd(more="PasswordAuthentication no\nKbdInteractiveAuthentication no") as running:
        client.trust(running)
        e = refusal(client, running.port, by_password())
        assert e.cause == "bad_credential"
        assert "the credential holds a password, and no method of the server takes it; the server allows: publickey" in str(e)
        assert methods(running) == ["none"]


def test_a_password_behind_keyboard_interactive_alone(client: Client) -> None:
    with sshd(more="AuthenticationMethods keyboard-interactive", pam=PAM) as running:
        client.trust(running)
        assert client.who(running.port, by_password()) == USER
        assert methods(running) == ["none", "keyboard-interactive"]


def test_a_wrong_password_behind_keyboard_interactive_is_given_once(client: Client) -> None:
    with sshd(more="AuthenticationMethods keyboard-interactive", pam=PAM) as running:
        client.trust(running)
        e = refusal(client, running.port, by_password("wrong-Canary"))
        assert (e.cause, "refused: password (keyboard-interactive)" in str(e)) == ("bad_credential", True)
        assert methods(running) == ["none", "keyboard-interactive"]
        assert running.log.count("PAM: Authentication failure") == 1


def test_keyboard_interactive_can_be_forbidden(client: Client) -> None:
    with sshd(more="AuthenticationMethods keyboard-interactive", pam=PAM) as running:
        client.trust(running)
        assert refusal(client, running.port, by_password(), keyboard_interactive="never").cause == "bad_credential"
        assert methods(running) == ["none"]


def test_key_and_password_where_both_are_wanted(client: Client) -> None:
    with sshd(more="AuthenticationMethods publickey,password") as running:
        client.trust(running)
        assert client.who(running.port, by_key(running.user_key, password=PASSWORD)) == USER
        assert methods(running) == ["publickey", "password"]


def test_key_and_keyboard_interactive_where_both_are_wanted(client: Client) -> None:
    with sshd(more="AuthenticationMethods publickey,keyboard-interactive", pam=PAM) as running:
        client.trust(running)
        assert client.who(running.port, by_key(running.user_key, password=PASSWORD)) == USER


def test_a_key_alone_where_a_password_is_wanted_too(client: Client) -> None:
    with sshd(more="AuthenticationMethods publickey,password") as running:
        client.trust(running)
        e = refusal(client, running.port, by_key(running.user_key))
        assert e.cause == "bad_credential"
        assert "accepted: key SHA256:" in str(e)
        assert "more is wanted, the server allows: password; add it to the credential" in str(e)


def test_a_refused_key_and_a_good_password(friend: Client, server: Sshd, tmp_path: Path) -> None:
    assert friend.who(server.port, by_key(keygen(tmp_path / "other"), password=PASSWORD)) == USER


def test_a_login_that_does_not_exist(friend: Client, server: Sshd) -> None:
    e = refusal(friend, server.port, by_password(login="no\u202e-such\nuser"))
    assert (e.cause, str(e).isprintable()) == ("bad_credential", True)


def test_a_server_that_hangs_up_at_the_first_failure(client: Client) -> None:
    with sshd(more="MaxAuthTries 1") as running:
        client.trust(running)
        e = refusal(client, running.port, by_password("wrong-Canary"))
        assert e.cause == "bad_credential"
        assert "refused: password; then the server hung up (Too many authentication failures)" in str(e)


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    place = tmp_path / "agent.sock"
    said = subprocess.run(["ssh-agent", "-s", "-a", str(place)], capture_output=True, text=True, check=True).stdout
    monkeypatch.setenv("SSH_AUTH_SOCK", str(place))
    yield place
    os.kill(int(said.partition("SSH_AGENT_PID=")[2].partition(";")[0]), signal.SIGTERM)


def test_keys_of_the_agent(agent: Path, friend: Client, server: Sshd, tmp_path: Path) -> None:
    subprocess.run(["ssh-add", "-q", str(keygen(tmp_path / "other")), str(server.user_key)], check=True, capture_output=True)
    assert friend.who(server.port, Credential(USER)) == USER
    assert friend.who(server.port, None, user=USER) == USER


def test_an_agent_with_many_keys_does_not_lock_anybody_out(agent: Path, client: Client, tmp_path: Path) -> None:
    for n in range(7):
        subprocess.run(["ssh-add", "-q", str(keygen(tmp_path / f"k{n}"))], check=True, capture_output=True)
    with sshd() as running:
        client.trust(running)
        e = refusal(client, running.port, Credential(USER))
        assert (e.cause, str(e).count("key SHA256:")) == ("bad_credential", 4)
        assert "3 more keys of the ssh-agent were not offered" in str(e)
        assert methods(running) == ["publickey"] * 4


@pytest.mark.usefixtures("agent")
def test_an_agent_without_keys(friend: Client, server: Sshd) -> None:
    e = refusal(friend, server.port, Credential(USER))
    assert (e.cause, "the ssh-agent holds no key" in str(e)) == ("bad_credential", True)


def test_no_agent(friend: Client, server: Sshd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    assert refusal(friend, server.port, None).cause == "bad_credential"


class Asking(Door):
    """Asks these questions by keyboard-interactive, one list after the other."""

    def __init__(self, *rounds: list[tuple[str, bool]]) -> None:
        super().__init__("keyboard-interactive")
        self.rounds = list(rounds)
        self.answers: list[list[str]] = []

    def check_auth_interactive(self, username: str, submethods: str) -> Any:
        return InteractiveQuery("", "", *self.rounds.pop(0))

    def check_auth_interactive_response(self, responses: list[str]) -> Any:
        self.answers.append(responses)
        return InteractiveQuery("", "", *self.rounds.pop(0)) if self.rounds else AUTH_FAILED


def hostile(client: Client, door: Door, prepare: Any = lambda t: None, script: Any = None, **options: Any) -> TransportError:
    with serving(ssh_server(door, script, prepare)) as bad:
        hostkeys.pin(client.pins, "127.0.0.1", bad.port, [shown()])
        return refusal(client, bad.port, by_password(), **{"login_seconds": 2, "connect_seconds": 2} | options)


@pytest.mark.parametrize(
    ("rounds", "given", "words"),
    [
        ([[("Password: ", False), ("Code: ", False)]], [], "what no stored credential can answer: 'Password:', 'Code:'"),
        ([[("Your name\x1b[2J: ", True)]], [], "can answer: 'Your name"),
        ([[("Password: ", False)], [("Verification code: ", False)]], [[PASSWORD]], "more after the password: 'Verification code:'"),
        ([[("Password: ", False)], [("Password: ", False)]], [[PASSWORD]], "more after the password: 'Password:'"),
        ([[("Password: ", False)], []], [[PASSWORD], []], "refused: password (keyboard-interactive)"),
    ],
)
def test_only_one_question_is_answered_and_only_once(client: Client, rounds: Any, given: Any, words: str) -> None:
    door = Asking(*rounds)
    e = hostile(client, door)
    assert e.cause == "bad_credential"
    assert words in str(e)
    assert str(e).isprintable()
    assert door.answers == given


def test_a_second_factor_after_the_password_is_not_given_the_password(client: Client) -> None:
    class Both(Asking):
        def get_allowed_auths(self, username: str) -> str:
            return "keyboard-interactive" if "password" in self.tried else "password"

        def check_auth_password(self, username: str, password: str) -> int:
            self.tried.append("password")
            return AUTH_PARTLY

    door = Both([("One-time code: ", False)])
    e = hostile(client, door)
    assert (e.cause, door.answers) == ("bad_credential", [])
    assert "accepted: password; the server asks for what no stored credential can answer: 'One-time code:'" in str(e)


class Blurting(Door):
    """Answers a password by that message; again: and again, until the client hangs up."""

    transport: Any = None

    def __init__(self, message: paramiko.Message, again: bool = False) -> None:
        super().__init__()
        self.message, self.again = message, again

    def check_auth_password(self, username: str, password: str) -> int:
        self.transport._send_message(self.message)
        while self.again and self.transport.is_active():
            self.transport._send_message(self.message)
        return AUTH_FAILED


def answered_by(client: Client, message: paramiko.Message, again: bool = False) -> TransportError:
    door = Blurting(message, again)
    return hostile(client, door, lambda transport: setattr(door, "transport", transport))


def test_an_expired_password_is_said(client: Client) -> None:
    e = answered_by(client, packet(60, "Your password has expired.", ""))  # SSH_MSG_USERAUTH_PASSWD_CHANGEREQ
    assert (e.cause, "asks for a new password: the old one has expired" in str(e)) == ("bad_credential", True)


def test_banners_without_end_are_not_listened_to(client: Client) -> None:
    e = answered_by(client, packet(53, "x" * 30000, ""), again=True)  # SSH_MSG_USERAUTH_BANNER
    assert (e.cause, "no answer to the login within 2 s" in str(e)) == ("timed_out", True)


def test_four_billion_questions_are_not_counted(client: Client) -> None:
    door = Asking([("Password: ", False)])

    def prepare(transport: paramiko.Transport) -> None:
        def ask(username: str, submethods: str) -> int:
            transport._send_message(packet(60, "", "", "", 0xFFFFFFFF))  # type: ignore[attr-defined]
            return AUTH_FAILED

        door.check_auth_interactive = ask  # type: ignore[method-assign]

    e = hostile(client, door, prepare)
    assert (e.cause, "asks for 4294967295 things at once" in str(e)) == ("bad_credential", True)


def test_extensions_without_end_are_not_counted(client: Client) -> None:
    def script(transport: paramiko.Transport) -> None:
        transport._send_message(packet(7, 0xFFFFFFFF, "a", "b"))  # type: ignore[attr-defined]

    door = Door()
    e = hostile(client, door, script=script)
    assert "logged in" in str(e)
    assert door.tried == ["none", "password"]


def test_a_message_of_no_known_kind_ends_the_connection_with_a_sentence(client: Client) -> None:
    e = answered_by(client, packet(250, "?"))
    assert (e.cause, "hung up during the login" in str(e) or "bytes that are no SSH" in str(e)) == ("refused", True)


def test_what_the_server_says_when_it_ends_the_login_is_passed_on(client: Client) -> None:
    e = answered_by(client, packet(1, 2, "go\x1b[31m away", ""))  # SSH_MSG_DISCONNECT
    assert e.cause == "refused"
    assert "the server hung up during the login of 'auditor' (go\ufffd[31m away)" in str(e)


def test_a_server_that_never_answers_the_login(client: Client) -> None:
    def prepare(transport: Any) -> None:
        send = transport.packetizer.send_message
        transport._send_message = lambda m: None if m.asbytes()[:1] == b"\x06" else send(m)  # all but SSH_MSG_SERVICE_ACCEPT

    e = hostile(client, Door(), prepare)
    assert (e.cause, "no answer to the login" in str(e)) == ("timed_out", True)


def test_an_empty_password_account_needs_no_secret_at_all(client: Client) -> None:
    class Open(Door):
        def check_auth_none(self, username: str) -> int:
            return 0

        def check_channel_request(self, kind: str, chanid: int) -> int:
            return 1

    door = Open()
    e = hostile(client, door)
    assert "logged in, but no session can be opened" in str(e)
    assert door.tried == []
