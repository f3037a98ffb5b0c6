"""What people settled: kept in order, seen when changed, in force until its day."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditkit.errors import ConfigError, StoreError, UsageError
from auditkit.model import Decision
from auditkit.workspace.client import Accepted, Client, Company
from auditkit.workspace.decisions import UNDATED, DecisionLog, accepted, in_force
from auditkit.workspace.layout import Workspace

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
RISK = Decision("accepted", "LIN-09/srv1", "Иванова", "меняем весной", NOON, date(2027, 4, 1))
APART = Decision(
    "apart", "asset:srv1", "Петров", "две\nмашины", datetime(2026, 11, 3, 1, tzinfo=timezone(timedelta(hours=3))), text="…", lang="ru"
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "decisions.jsonl"


def test_none_yet(place: Path) -> None:
    assert DecisionLog(place).read() == ()
    assert not place.exists()


def test_what_is_appended_is_read_in_its_order(place: Path) -> None:
    DecisionLog(place).append(RISK)
    DecisionLog(place).append(APART)
    assert DecisionLog(place).read() == (RISK, APART)
    first = json.loads(place.read_text().splitlines()[0])
    assert first == {
        "prev": "0" * 64,
        "kind": "accepted",
        "subject": "LIN-09/srv1",
        "who": "Иванова",
        "why": "меняем весной",
        "at": "2026-11-02T12:00:00+00:00",
        "until": "2027-04-01",
        "text": "",
        "lang": "",
    }


def test_nothing_before_is_touched(place: Path) -> None:
    log = DecisionLog(place)
    log.append(RISK)
    before = place.read_bytes()
    log.append(APART)
    assert place.read_bytes().startswith(before)


def broken(place: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        DecisionLog(place).read()
    with pytest.raises(ConfigError):
        DecisionLog(place).append(RISK)
    return str(caught.value)


@pytest.fixture
def three(place: Path) -> list[bytes]:
    for n in range(3):
        DecisionLog(place).append(replace(RISK, why=f"reason {n}"))
    return place.read_bytes().splitlines(keepends=True)


def test_a_changed_line(place: Path, three: list[bytes]) -> None:
    place.write_bytes(three[0].replace(b"reason 0", b"reason 9") + three[1] + three[2])
    assert broken(place) == (
        f"{place}:2:1: does not follow the line before it: that line, or one above, was changed, added or removed "
        "after it was written; take the file from a copy"
    )


def test_a_line_taken_out_moved_or_put_in(place: Path, three: list[bytes]) -> None:
    for lines, number in ((three[1:], 1), (three[::2], 2), ([three[0], three[2], three[1]], 2), ([three[0], three[0], *three[1:]], 2)):
        place.write_bytes(b"".join(lines))
        assert broken(place).startswith(f"{place}:{number}:1: does not follow the line before it")


@pytest.mark.parametrize(("line", "says"), [
    (b"hello\n", ":4:1: is no JSON object: take the file from a copy"),
    (b"[1]\n", ":4:1: is no JSON object"),
    (b'{"kind": "acc', ":4:1: is cut off: take this line out"),
    (b"\xff\n", ":4:1: is no JSON object"),
    (b"\n", ":4:1: is no JSON object"),
    (b"{}\n", ":4:1: does not follow"),
])  # fmt: skip
def test_what_is_no_line(place: Path, three: list[bytes], line: bytes, says: str) -> None:
    place.write_bytes(b"".join(three) + line)
    assert broken(place).startswith(f"{place}{says}")


def test_a_line_of_an_unknown_form(place: Path) -> None:
    place.write_bytes(b'{"prev":"' + b"0" * 64 + b'","kind":"accepted","subject":"x","who":"y","why":"z","at":"yesterday"}\n')
    assert broken(place).startswith(f"{place}:1:1: is no decision: ")
    place.write_bytes(
        b'{"prev":"' + b"0" * 64 + b'","kind":"accepted","subject":"x","who":"y","why":"z","at":"2026-11-02T12:00:00Z","hidden":1}\n'
    )
    assert "hidden" in broken(place)


def test_an_editor_that_drops_the_last_end_of_line_does_no_harm(place: Path, three: list[bytes]) -> None:
    place.write_bytes(b"".join(three)[:-1])
    DecisionLog(place).append(APART)
    assert [d.why for d in DecisionLog(place).read()] == ["reason 0", "reason 1", "reason 2", "две\nмашины"]


@pytest.mark.parametrize(("wrong", "says"), [
    (replace(RISK, who=" "), "a decision must say its who"), (replace(RISK, why=""), "a decision must say its why"),
    (replace(RISK, subject=""), "a decision must say its subject"), (replace(RISK, kind=""), "a decision must say its kind"),
    (replace(RISK, at=datetime(2026, 11, 2)), "with the zone of time"), (replace(RISK, text="x" * 1_100_000), "1,048,576 at most"),
])  # fmt: skip
def test_what_is_no_decision(place: Path, wrong: Decision, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        DecisionLog(place).append(wrong)
    assert DecisionLog(place).read() == ()


def test_a_full_disk_leaves_no_half_line(small_disk: Path) -> None:
    log = DecisionLog(small_disk / "decisions.jsonl")
    log.append(RISK)
    with pytest.raises(StoreError, match=r"decisions\.jsonl: cannot be written: the disk is full"):
        log.append(replace(RISK, text="x" * 100_000))
    log.append(APART)
    assert log.read() == (RISK, APART)


_APPEND = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from auditkit.model import Decision
from auditkit.workspace.decisions import DecisionLog
for n in range(10):
    DecisionLog(Path(sys.argv[1])).append(Decision("apart", f"asset:{sys.argv[2]}-{n}", "x", "y", datetime.now(UTC)))
"""


def test_processes_at_once_keep_the_chain(place: Path) -> None:
    people = [subprocess.Popen([sys.executable, "-c", _APPEND, str(place), f"p{n}"], cwd=ROOT) for n in range(3)]
    assert [p.wait(60) for p in people] == [0] * 3
    assert {d.subject for d in DecisionLog(place).read()} == {f"asset:p{n}-{k}" for n in range(3) for k in range(10)}


_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).filter(str.strip)
_DECISIONS = st.builds(
    Decision,
    _TEXTS,
    _TEXTS,
    _TEXTS,
    _TEXTS,
    st.datetimes(timezones=st.just(UTC)),
    st.none() | st.dates(),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.just("ru"),
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(held=st.lists(_DECISIONS, max_size=5))
def test_any_decisions_come_back_as_they_were(place: Path, held: list[Decision]) -> None:
    place.unlink(missing_ok=True)
    for d in held:
        DecisionLog(place).append(d)
    assert list(DecisionLog(place).read()) == held


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_changed_byte_is_seen_but_in_the_last_line(place: Path, data: st.DataObject) -> None:
    """Whoever changes the last line can seal it anew: only a hash kept elsewhere would show that."""
    place.unlink(missing_ok=True)
    for n in range(3):
        DecisionLog(place).append(replace(RISK, why=f"reason {n}"))
    raw = bytearray(place.read_bytes())
    end = raw[:-1].rfind(b"\n")
    where = data.draw(st.integers(0, end))
    raw[where] ^= data.draw(st.integers(1, 255))
    place.write_bytes(bytes(raw))
    broken(place)


# client.yaml


def test_accepted_risks_of_client_yaml(workspace: Workspace) -> None:
    client = Client(
        client=Company(name="x"), accepted=(Accepted(check="LIN-09", asset="srv1", by="Ann", why="spring", until=date(2027, 4, 1)),)
    )
    assert accepted(client) == (Decision("accepted", "LIN-09/srv1", "Ann", "spring", UNDATED, date(2027, 4, 1)),)


# in force

DAY = date(2026, 12, 1)


def force(*decisions: Decision, on: date = DAY) -> Decision | None:
    return in_force(decisions, "accepted", "LIN-09/srv1", on)


def test_until_its_last_day() -> None:
    d = replace(RISK, until=DAY)
    assert force(d) is d
    assert force(d, on=date(2026, 12, 2)) is None
    assert force(replace(RISK, until=None), on=date(2099, 1, 1)) is not None


def test_not_before_it_was_made() -> None:
    assert force(RISK, on=date(2026, 11, 1)) is None
    assert force(RISK, on=date(2026, 11, 2)) is RISK


def test_of_another_kind_or_about_something_else() -> None:
    assert force(replace(RISK, kind="apart"), replace(RISK, subject="LIN-09/srv2"), replace(RISK, subject="LIN-09")) is None


def test_the_latest_counts_whatever_the_order_of_the_file() -> None:
    later = replace(RISK, at=NOON + timedelta(days=1), why="again")
    assert force(later, RISK) is later


def test_one_that_has_ended_does_not_hide_one_that_has_not() -> None:
    ended = replace(RISK, at=NOON + timedelta(days=1), until=date(2026, 11, 20))
    assert force(RISK, ended) is RISK


def test_revoked() -> None:
    revoked = replace(RISK, kind="revoked", at=NOON + timedelta(days=1), until=None)
    assert force(RISK, revoked) is None
    assert force(RISK, revoked, on=date(2026, 11, 2)) is RISK
    again = replace(RISK, at=NOON + timedelta(days=2))
    assert force(RISK, revoked, again) is again
    undated = replace(RISK, at=UNDATED)
    assert force(undated, revoked) is None  # to be accepted again it must be decided again
