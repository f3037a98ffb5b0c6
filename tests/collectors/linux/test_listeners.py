"""One port is one listener, whatever tool tells it; who may not see a process does not say there is none."""

from __future__ import annotations

import socket

import pytest

from auditkit.model import Found, Unknown
from tests.collectors.linux.asking import facts, outcome


def test_star_means_every_address_of_the_family_that_was_asked() -> None:
    old = "inet\ntcp LISTEN 0 128 *:22 *:*\ninet6\ntcp LISTEN 0 128 :::22 :::*\n"
    new = "inet\ntcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\ninet6\ntcp LISTEN 0 128 [::]:22 [::]:*\n"
    dual = "inet\ntcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\ninet6\ntcp LISTEN 0 128 *:22 *:*\n"
    assert facts("listeners", old) == facts("listeners", new) == facts("listeners", dual)
    assert [x.address for x in facts("listeners", old)] == ["0.0.0.0", "::"]


def test_workers_of_one_port_are_one_row_with_all_their_names() -> None:
    two = 'inet\ntcp LISTEN 0 5 0.0.0.0:80 0.0.0.0:* users:(("nginx",pid=7,fd=5),("nginx",pid=8,fd=5))\n'
    two += 'tcp LISTEN 0 5 0.0.0.0:80 0.0.0.0:* users:(("systemd",pid=1,fd=9))\ninet6\n'
    (row,) = facts("listeners", two)
    assert row.process == "nginx,systemd"


def test_without_root_an_unseen_process_is_unknown_and_for_root_it_is_the_kernel() -> None:
    line = "inet\ntcp LISTEN 0 64 0.0.0.0:2049 0.0.0.0:*\ninet6\n"
    assert facts("listeners", line, root=False)[0].process is None
    assert facts("listeners", line)[0].process == ""


@pytest.mark.parametrize(
    ("address", "public"),
    [("127.0.0.1", False), ("127.0.0.53%lo", False), ("10.0.0.1", True), ("0.0.0.0%virbr0", True)],
)
def test_public_is_whatever_is_bound_to_more_than_loopback(address: str, public: bool) -> None:
    (row,) = facts("listeners", f"inet\nudp UNCONN 0 0 {address}:53 0.0.0.0:*\ninet6\n")
    assert (row.public, row.address) == (public, address.partition("%")[0])


def test_a_socket_of_one_interface_says_which() -> None:
    (row,) = facts("listeners", "inet\ninet6\nudp UNCONN 0 0 [fe80::1]%eth0:546 [::]:*\n")
    assert (row.address, row.interfaces) == ("fe80::1", ("eth0",))


def test_no_listener_is_an_answer_and_noise_is_none() -> None:
    assert outcome("listeners", "inet\ninet6\n") == Found(())
    assert isinstance(outcome("listeners", "inet\nsegfault\ninet6\n"), Unknown)


def test_proc_is_read_as_the_kernel_of_this_machine_writes_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with open("/proc/net/tcp") as table:
            rows = facts("listeners", "".join(f"/proc/net/tcp:{line}" for line in table), way=2)
    assert ("127.0.0.1", port, None, False) in [(r.address, r.port, r.process, r.public) for r in rows]
