"""The whole way over SSH, against a real sshd: connect, verify, log in, ask."""

from __future__ import annotations

from tests.transports.sshkit import USER, Client, Sshd, by_key, by_password


def test_a_password_opens_the_host(friend: Client, server: Sshd) -> None:
    assert friend.who(server.port, by_password()) == USER


def test_a_key_opens_the_host(friend: Client, server: Sshd) -> None:
    assert friend.who(server.port, by_key(server.user_key)) == USER
