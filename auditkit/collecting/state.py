"""What became of each target: complete, partial or failed, with the cause a person is told. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from auditkit.model import Question
from auditkit.store import Answer

State = Literal["complete", "partial", "failed"]
# The worst first: what a target is reported under when several apply.
_ORDER = ("host_key_changed", "bad_credential", "refused", "unreachable", "timed_out", "truncated", "not_understood", "no_sudo")
_CUT_SHORT = ("timed_out", "truncated")


@dataclass(frozen=True, slots=True)
class TargetState:
    """cause "" = none. asked, answered: questions planned or arisen, and those with a whole answer (found or absent)."""

    id: str
    state: State
    cause: str
    message: str
    asked: int
    found: int
    absent: int
    unknown: int

    @property
    def cut_short(self) -> bool:
        """Counts for exit code 3: not reached, or cut short. A probe without rights does not."""
        return self.state == "failed" or (self.state == "partial" and self.cause != "no_sudo")


_KNOCKING = frozenset({"linux.certificate_ports"})  # they speak to ports of the host, some of which never say a word to a stranger


def target_states(questions: Sequence[Question], answers: Iterable[Answer], targets: Iterable[str]) -> list[TargetState]:
    """One a target, in the order given."""
    by_target: dict[str, list[Answer]] = defaultdict(list)
    for a in answers:
        by_target[a.question.target].append(a)
    asked: dict[str, int] = defaultdict(int)
    for q in questions:
        asked[q.target] += 1
    return [_state(t, asked[t], by_target[t]) for t in targets]


def _state(target: str, asked: int, answers: list[Answer]) -> TargetState:
    counts = {s: sum(a.state == s for a in answers) for s in ("found", "absent")}
    numbers = (asked, counts["found"], counts["absent"], asked - counts["found"] - counts["absent"])
    reached = any(a.evidence is not None or a.cause == "no_sudo" for a in answers)
    worst = _worst(answers)
    if not reached and asked:
        said = worst.why if worst else "not asked: the collection was cut short"
        return TargetState(target, "failed", worst.cause if worst else "truncated", said, *numbers)
    if (worst is not None and worst.cause in _CUT_SHORT) or (worst is not None and worst.evidence is None and worst.cause != "no_sudo"):
        return TargetState(target, "partial", worst.cause, _message(worst), *numbers)
    if len(answers) < asked:
        said = f"{asked - len(answers)} questions were not asked: the collection was cut short"
        return TargetState(target, "partial", "truncated", said, *numbers)
    needing = sum(a.cause == "no_sudo" for a in answers)
    if needing:
        return TargetState(target, "partial", "no_sudo", f"{needing} questions need root, and `sudo -n` does not give it here", *numbers)
    return TargetState(target, "complete", "", "", *numbers)


def _worst(answers: list[Answer]) -> Answer | None:
    """The trouble that is the target's own."""
    return min((a for a in answers if a.cause in _ORDER and not _gap_only(a)), key=lambda a: _ORDER.index(a.cause), default=None)


def _gap_only(a: Answer) -> bool:
    """A single reply that was not understood, and a port that keeps silent when it is spoken to in TLS, are gaps."""
    if a.evidence is None:
        return False
    silent_port = a.question.probe in _KNOCKING and a.question.arg != "*"
    return a.cause == "not_understood" or (a.cause == "timed_out" and silent_port)


def _message(a: Answer) -> str:
    """Which command, where it is short enough to be read; of a script what it was asked about."""
    if a.evidence is None:
        return a.why
    told = a.command if "\n" not in a.command and len(a.command) <= 120 else a.question.arg
    return f"{a.question.probe} ({told}): {a.why}" if told else f"{a.question.probe}: {a.why}"
