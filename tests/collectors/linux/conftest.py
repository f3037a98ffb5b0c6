"""Lab hosts asked once a session, for the tests of `test_live*.py`."""

from __future__ import annotations

import pytest

from tests.collectors.linux.livekit import Live, ask
from tests.collectors.linux.livelook import Moving, moving_on
from tests.lab.hosts import Host
from tests.lab.network import Network

Asked = tuple[Live, list[Moving]]


@pytest.fixture(scope="session")
def asked_before() -> dict[str, Asked]:
    """What was asked in this session, by the host's name."""
    return {}


@pytest.fixture
def asked(request: pytest.FixtureRequest, lab: Network, asked_before: dict[str, Asked], tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """The host that a test names by `on(...)`."""
    name = request.param
    if name not in asked_before:
        host = request.getfixturevalue(name)
        inside = isinstance(host, Host)
        if inside:
            _log_in(lab, host)
        moving = [moving_on(host)] if inside else []
        answers = ask(lab, host, tmp_path_factory.mktemp(name))
        asked_before[name] = (answers, [*moving, moving_on(host)] if inside else [])
    return asked_before[name]


def _log_in(lab: Network, host: Host) -> None:
    """With a terminal: sshd writes no other login into lastlog."""
    line = ("ssh", "-q", "-tt", "-i", lab.key, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null")
    assert lab.run(*line, f"auditor@{host.address}", "true").returncode == 0


@pytest.fixture
def live(asked: Asked) -> Live:
    """Its answers, and the ways to look at it."""
    return asked[0]


@pytest.fixture
def moving(asked: Asked) -> list[Moving]:
    """What moves on it, as it was before and after the asking."""
    assert len(asked[1]) == 2
    return asked[1]
