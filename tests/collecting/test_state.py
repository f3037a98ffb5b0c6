"""What a target's state is made of: what ended its collection, not a gap of one reply."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from auditkit.collecting import target_states
from auditkit.collecting.state import TargetState
from auditkit.model import Question
from auditkit.store import Answer

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def answer(probe: str, arg: str = "", cause: str = "", evidence: str | None = "e", command: str = "df -P") -> Answer:
    state, why = ("unknown", "timed out after 5 s") if cause else ("found", "")
    return Answer(Question("srv", probe, arg), state, why, cause, NOW, "root", command, evidence, False, None)


def state(*answers: Answer) -> TargetState:
    (made,) = target_states([a.question for a in answers], answers, ["srv"])
    return made


@pytest.mark.parametrize(
    ("hung", "is_state", "cut"),
    [
        (answer("linux.filesystems", cause="timed_out"), "partial", True),
        (answer("linux.filesystems", "/srv/dead", "timed_out"), "partial", True),
        (answer("linux.certificate_ports", "10.0.0.1:135", "timed_out"), "complete", False),
        (answer("linux.certificate_ports", "*", "timed_out"), "partial", True),
        (answer("linux.certificate_ports", "10.0.0.1:135", "timed_out", evidence=None), "partial", True),  # its session ended
        (answer("linux.packages", cause="not_understood"), "complete", False),
        (answer("linux.smart", "/dev/sda", "truncated"), "partial", True),
    ],
)
def test_one_silent_port_of_many_is_a_gap_and_a_command_that_hangs_is_the_hosts_state(hung: Answer, is_state: str, cut: bool) -> None:
    made = state(answer("linux.hostname"), hung)
    assert (made.state, made.cut_short, made.unknown) == (is_state, cut, 1)


def test_a_script_is_not_quoted_in_the_message() -> None:
    assert state(answer("linux.filesystems", cause="timed_out")).message == "linux.filesystems (df -P): timed out after 5 s"
    script = answer("linux.ports", "*", "timed_out", command="set -- $1\nif true; then\n  openssl s_client\nfi")
    assert state(script).message == "linux.ports (*): timed out after 5 s"
