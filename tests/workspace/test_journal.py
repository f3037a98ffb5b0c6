"""The journal of what was sent: nothing sent is missing, nothing in it was changed unseen."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditkit.errors import EvidenceError, StoreError, UsageError
from auditkit.transports.base import Sent
from auditkit.workspace.chain import Line, lines
from auditkit.workspace.journal import TORN, Chain, Journal, read, verify_chain

ROOT = Path(__file__).resolve().parents[2]
AT = datetime(2026, 11, 22, 9, 30, 0, 123000, tzinfo=UTC)


def sent(n: int = 0) -> Sent:
    return Sent(AT, f"srv{n}", "10.0.0.1", "root", "uname -a\n«ё»")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def write(place: Path, count: int, first: int = 0) -> None:
    with Journal(place) as journal:
        for n in range(first, first + count):
            journal(sent(n))


def test_what_is_sent_is_read(place: Path) -> None:
    write(place, 2)
    write(place, 1, first=2)
    assert list(read(place)) == [sent(0), sent(1), sent(2)]
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert json.loads(place.read_text().splitlines()[0]) == {
        "prev": "0" * 64, "at": "2026-11-22T09:30:00.123000+00:00",
        "target": "srv0", "address": "10.0.0.1", "account": "root", "what": "uname -a\n«ё»",
    }  # fmt: skip
    chain = verify_chain(place)
    assert (chain.lines, chain.torn) == (3, ())


def test_no_journal_yet(place: Path) -> None:
    assert list(read(place)) == []
    assert verify_chain(place) == Chain(0, (), "0" * 64)


def test_the_line_is_there_before_the_call_returns(place: Path) -> None:
    journal = Journal(place)
    journal(sent())
    assert list(read(place)) == [sent()]
    journal.close()
    journal.close()


def test_secrets_do_not_get_into_it(place: Path) -> None:
    with Journal(place) as journal:
        journal(Sent(AT, "a", "b", "c", "mysql -u root -pHunter2 shop \ud800"))
    assert b"Hunter2" not in place.read_bytes()
    assert next(iter(read(place))).what == "mysql -u root -p‹secret› shop \\ud800"


def test_threads_at_once(place: Path) -> None:
    with Journal(place) as journal:

        def work(n: int) -> None:
            for _ in range(25):
                journal(sent(n))

        threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    assert verify_chain(place).lines == 200
    assert sorted(s.target for s in read(place)) == sorted(f"srv{n}" for n in range(8) for _ in range(25))


_WRITE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from auditkit.transports.base import Sent
from auditkit.workspace.journal import Journal
journal = Journal(Path(sys.argv[1]))
n = 0
while n < int(sys.argv[2]):
    journal(Sent(datetime.now(UTC), sys.argv[3], "a", "b", str(n)))
    n += 1
    print(n, flush=True)
"""


def writer(place: Path, count: int, name: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", _WRITE, str(place), str(count), name], stdout=subprocess.PIPE, cwd=ROOT)


def test_processes_at_once(place: Path) -> None:
    people = [writer(place, 100, f"p{n}") for n in range(3)]
    for p in people:
        p.communicate(timeout=60)
    assert verify_chain(place).lines == 300
    for n in range(3):
        assert [s.what for s in read(place) if s.target == f"p{n}"] == [str(k) for k in range(100)]


def test_kill_9_loses_nothing_that_was_sent(place: Path) -> None:
    person = writer(place, 1_000_000, "x")
    assert person.stdout is not None
    last = 0
    while last < 200:
        last = int(person.stdout.readline())
    os.kill(person.pid, signal.SIGKILL)
    rest, _ = person.communicate(timeout=30)
    if finished := rest.rpartition(b"\n")[0]:
        last = int(finished.split(b"\n")[-1])
    assert len(list(read(place))) >= last
    write(place, 1)
    assert list(read(place))[-1] == sent()
    verify_chain(place)


@pytest.mark.parametrize("cut", [1, 2, 10, 100])
def test_a_line_cut_off_is_ended_and_noted(place: Path, cut: int) -> None:
    write(place, 3)
    os.truncate(place, place.stat().st_size - cut)
    write(place, 2, first=3)
    found = list(lines(place))
    assert found[3].data is not None
    assert found[3].data["note"] == TORN
    whole = cut == 1  # only the end of line is missing
    assert [s.target for s in read(place)] == ["srv0", "srv1", *(["srv2"] if whole else []), "srv3", "srv4"]
    assert verify_chain(place).torn == (() if whole else (3,))


def test_a_line_cut_off_at_the_very_end_is_no_forgery(place: Path) -> None:
    write(place, 2)
    os.truncate(place, place.stat().st_size - 10)
    assert [s.target for s in read(place)] == ["srv0"]
    assert verify_chain(place).torn == (2,)


def raw(place: Path) -> list[bytes]:
    return place.read_bytes().splitlines(keepends=True)


def refused(place: Path) -> str:
    with pytest.raises(EvidenceError) as caught:
        verify_chain(place)
    with pytest.raises(EvidenceError):
        list(read(place))
    return str(caught.value)


def test_a_line_changed_taken_out_or_put_in(place: Path) -> None:
    write(place, 4)
    whole = raw(place)
    for forged, number in (
        ([whole[0], whole[1].replace(b"srv1", b"srv9"), *whole[2:]], 3),
        ([whole[0], *whole[2:]], 2),
        (whole[1:], 1),
        ([whole[0], whole[0], *whole[1:]], 2),
        ([whole[0], whole[2], whole[1], whole[3]], 2),
    ):
        place.write_bytes(b"".join(forged))
        assert refused(place).startswith(f"{place}:{number}: does not follow the line before it")


def test_a_line_made_unreadable_is_not_taken_for_one_cut_off(place: Path) -> None:
    write(place, 4)
    whole = raw(place)
    place.write_bytes(b"".join([whole[0], whole[1][:20] + b"\n", *whole[2:]]))
    assert refused(place).startswith(f"{place}:2: is no JSON, and no note says that it was cut off")
    place.write_bytes(b"".join([*whole[:3], b"hello\n"]))
    assert refused(place).startswith(f"{place}:4: is no JSON")


def test_what_is_no_line_of_a_journal(place: Path) -> None:
    place.write_bytes(b'{"prev":"' + b"0" * 64 + b'","at":"2026"}\n')
    assert refused(place).startswith(f"{place}:1: is no line of a journal: ")


def test_a_full_disk_says_so_and_leaves_no_half_line(small_disk: Path) -> None:
    place = small_disk / "journal.jsonl"
    count = 0
    with Journal(place) as journal:

        def fill() -> None:
            nonlocal count
            while count < 10_000:
                journal(sent(count))
                count += 1

        with pytest.raises(StoreError, match=r"journal\.jsonl: cannot be written: the disk is full"):
            fill()
        assert len(list(read(place))) == count
        assert count > 50
        assert verify_chain(place).torn == ()


def test_where_it_cannot_be_written(tmp_path: Path, as_nobody: Callable[..., str]) -> None:
    told = as_nobody("from auditkit.workspace.journal import Journal\nJournal(Path('/usr/journal.jsonl'))")
    assert told.startswith("UsageError /usr/journal.jsonl: cannot be written: no permission")
    with pytest.raises(UsageError, match="it is a folder where a file is needed"):
        Journal(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="symbolic links"):
        Journal(tmp_path / "link")
    assert not (tmp_path / "elsewhere").exists()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, 400), max_size=4))
def test_however_often_it_is_cut_off_the_rest_holds(place: Path, cuts: list[int]) -> None:
    place.unlink(missing_ok=True)
    for n, cut in enumerate(cuts):
        write(place, 2, first=2 * n)
        last = raw(place)[-1]
        os.truncate(place, place.stat().st_size - min(cut, len(last)))
    write(place, 1, first=99)
    assert list(read(place))[-1] == sent(99)
    verify_chain(place)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(junk=st.binary(max_size=200))
def test_any_bytes_are_lines_or_an_evidence_error(place: Path, junk: bytes) -> None:
    place.write_bytes(junk)
    found: list[Line] = list(lines(place))
    assert len(found) == len(junk.removesuffix(b"\n").split(b"\n")) if junk else found == []
    try:
        verify_chain(place)
    except EvidenceError as e:
        said = str(e)
    else:
        return
    assert said.startswith(f"{place}:")
