"""Lab hosts as fixtures: started when the first test asks, shared by the session (a session a worker), gone at its end.

A test that changes a host asks `lab_host` for one of its own. Every test that uses one of these carries `@pytest.mark.lab`.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from tests.lab import ad, badhosts, bases, farm, hosts, vm
from tests.lab.ad import Dc
from tests.lab.badhosts import Bad
from tests.lab.farm import Farm
from tests.lab.ground import LabError, why_not
from tests.lab.hosts import Host
from tests.lab.need import need
from tests.lab.network import Network, reap
from tests.lab.vm import Machine

T = TypeVar("T")
MakeHost = Callable[..., Host]
MakeDc = Callable[..., Dc]


def _had(start: Callable[[], T]) -> T:
    """What this machine may not be able to give (namespaces, a mirror, qemu): a reason to skip, or to fail where CI is set.

    A host that does not come up where these are there is an error everywhere: a broken lab must not pass for a missing one.
    """
    try:
        return start()
    except LabError as e:
        need(False, f"lab: {e}")
        raise


@pytest.fixture(scope="session")
def lab() -> Iterator[Network]:
    """The lab's network: `lab.run(argv...)` and `with lab.inside():` are the client at 10.99.0.1; `lab.key` opens every host."""
    reason = why_not()
    need(not reason, reason)
    reap()
    network = Network(f"p{os.getpid()}")
    try:
        _had(network.start)
        yield network
    finally:
        network.close()


@pytest.fixture(scope="session")
def lab_host(lab: Network) -> MakeHost:
    """`lab_host(suite, setup=None, init="systemd")`: a new host. setup: a bash script (its text, or its path) run before the boot."""
    numbers = itertools.count(1)

    def make(suite: str = "bookworm", setup: str | Path | None = None, init: str = "systemd") -> Host:
        n = next(numbers)
        script = setup if isinstance(setup, Path) or setup is None else lab.folder / f"setup{n}.sh"
        if isinstance(setup, str) and script is not None:
            script.write_text(setup, "utf-8")
        _had(lambda: bases.made(suite))
        return hosts.up(lab, f"h{n}", suite, f"10.99.4.{n}", script, init)

    return make


def _named(lab: Network, name: str, base: str, address: str, setup: str = "") -> Host:
    script = hosts.SETUPS / setup if setup else None
    _had(lambda: bases.made(base))
    host = hosts.up(lab, name, base, address, script)
    host.settled()
    return host


@pytest.fixture(scope="session")
def srv1c(lab: Network) -> Host:
    """The server of a small office as a predecessor leaves it: setup/srv1c.sh lists every finding it must make. 10.99.1.10."""
    return _named(lab, "srv1c", "rich", "10.99.1.10", "srv1c.sh")


@pytest.fixture(scope="session")
def deb11(lab: Network) -> Host:
    """Plain Debian 11. 10.99.1.11."""
    return _named(lab, "deb11", "bullseye", "10.99.1.11")


@pytest.fixture(scope="session")
def deb12(lab: Network) -> Host:
    """Plain Debian 12. 10.99.1.12."""
    return _named(lab, "deb12", "bookworm", "10.99.1.12")


@pytest.fixture(scope="session")
def deb13(lab: Network) -> Host:
    """Plain Debian 13. 10.99.1.13."""
    return _named(lab, "deb13", "trixie", "10.99.1.13")


@pytest.fixture(scope="session")
def rich(lab: Network) -> Host:
    """Debian 12 with many services, well kept: setup/rich.sh. 10.99.1.20."""
    return _named(lab, "rich", "rich", "10.99.1.20", "rich.sh")


@pytest.fixture(scope="session")
def vm1(lab: Network) -> Machine:
    """A virtual machine with a degraded RAID1 on /dev/md0. 10.99.1.40."""
    _had(vm.possible)
    return vm.up(lab, "vm1", "10.99.1.40")


@pytest.fixture(scope="session")
def bad_hosts(lab: Network) -> dict[str, Bad]:
    """Nine hosts, each bad in its own way, by name (badhosts.ADDRESSES)."""
    _had(lambda: bases.made("bookworm"))
    return badhosts.all_bad(lab)


@pytest.fixture(scope="session")
def ssh_farm(lab: Network) -> Farm:
    """Up to 250 SSH hosts that are one sshd; its log can be read."""
    _had(lambda: bases.made("bookworm"))
    return farm.start(lab)


@pytest.fixture(scope="session")
def lab_dc() -> Iterator[MakeDc]:
    """`lab_dc(users=200, computers=60, seeded=True)`: a running domain of one's own (3 s), gone at the session's end."""
    reason = ad.why_not()
    need(not reason, reason)
    reap()
    base = _had(ad.made)
    running: list[Dc] = []

    def make(users: int = 200, computers: int = 60, seeded: bool = True) -> Dc:
        dc = ad.copied(base)
        running.append(dc)
        if seeded:
            dc.seed(users, computers)
        dc.start()
        return dc

    try:
        yield make
    finally:
        for dc in (*running, base):
            dc.remove()
        shutil.rmtree(base.authority.folder, ignore_errors=True)  # made by the first start


@pytest.fixture(scope="session")
def samba_dc(lab_dc: MakeDc) -> Dc:
    """The domain corp.example as a predecessor leaves it: setup/ad/seed lists every finding; `truth` counts them. Change nothing."""
    return lab_dc()


@pytest.fixture(scope="session")
def clean_dc(lab_dc: MakeDc) -> Dc:
    """The domain corp.example as Samba makes it, with nothing in it. Change nothing."""
    return lab_dc(seeded=False)
