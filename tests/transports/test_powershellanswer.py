"""One framed answer: believed only as a whole, whichever byte is missing or changed."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditkit.commands import PowerShell
from auditkit.model import Absent, Found, Unknown, fact
from auditkit.probing import Reply, probe
from auditkit.registry import registry
from auditkit.transports.powershellanswer import Cut, parse, read, replies
from tests.lab.winrmanswer import Said, framed, raw, recorded

MOST = 1 << 20
AT = datetime(2026, 11, 22, tzinfo=UTC)
SAID = {
    "one": Said(b'{"_": "A", "Name": "\\u0434\\u0438\\u0441\\u043a"}\n{"_": "A", "Name": "b"}\n'),
    "two": Said(b"", 5, "Отказано в доступе"),
    "three": Said(b'{"_": "A", "Name": "c"}\n'),
}
LINES = raw(["one", "two", "three", "four"], SAID)


def test_what_was_sent_is_what_is_read() -> None:
    answer = read(b"Active code page: 866\r\n" + framed(LINES) + b"PS C:\\>", MOST)
    assert (answer.account, answer.computer, answer.version) == ("CORP\\audit", "SRV1", "5.1.17763.1")
    assert answer.at == datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
    assert {name: (p.rows, p.code, p.said) for name, p in answer.parts.items()} == {
        "one": (SAID["one"].rows, 0, ""),
        "two": (b"", 5, "Отказано в доступе"),
        "three": (SAID["three"].rows, 0, ""),
        "four": (b"", 127, ""),
    }


def test_cut_at_any_byte() -> None:
    whole = framed(LINES)
    needed = whole.index(b"<<<END>>>") + len(b"<<<END>>>")
    for end in range(needed):
        with pytest.raises(Cut):
            read(whole[:end], MOST)
    for start in range(2, needed):
        with pytest.raises(Cut):
            read(whole[start:], MOST)


def test_a_gap_of_any_place() -> None:
    whole = framed(LINES)
    needed = whole.index(b"<<<END>>>") + len(b"<<<END>>>")
    for at in range(1, needed):
        changed = whole[:at] + whole[at + 1 :]
        if not whole[at : at + 1].isspace():
            with pytest.raises(Cut):
                read(changed, MOST)


def test_no_byte_may_be_another() -> None:
    """gzip has bytes that carry nothing (time, system, extra flags): what they wrap is then still the same."""
    whole = framed(LINES)
    right = read(whole, MOST)
    for at in range(1, len(whole) - 1):
        for other in b"A0 <":
            try:
                assert read(whole[:at] + bytes([other]) + whole[at + 1 :], MOST) == right
            except Cut:
                continue


def test_two_answers_are_none() -> None:
    with pytest.raises(Cut, match="more than one"):
        read(framed(LINES) + framed(LINES), MOST)


def test_more_than_the_cap_is_not_unpacked() -> None:
    bomb = framed(b"\0" * (MOST + 1))
    with pytest.raises(Cut, match="more than 1 MB"):
        read(bomb, MOST)
    small = bomb.replace(b"%d " % (MOST + 1), b"100 ", 1)
    with pytest.raises(Cut, match="length or SHA-256"):
        read(small, MOST)


def line(**values: object) -> bytes:
    return json.dumps(values).encode() + b"\n"


HEAD = LINES.split(b"\n")[0] + b"\n"
ROW = b'{"_": "A"}\n'


@pytest.mark.parametrize(
    "lines",
    [
        b"",
        HEAD[:-1],
        HEAD.replace(b"windows/1", b"windows/9"),
        HEAD + ROW,
        HEAD + line(section="a"),
        HEAD + line(section="a") + ROW,
        HEAD + line(section="a") + line(end="b", code=0, msg="", ms=1),
        HEAD + line(section="a") + line(end="a", code=2, msg="", ms=1),
        HEAD + line(section="a") + line(section="b") + line(end="b", code=0, msg="", ms=1),
        HEAD + 2 * (line(section="a") + line(end="a", code=0, msg="", ms=1)),
        HEAD + line(section="a") + b"no JSON\n" + line(end="a", code=0, msg="", ms=1),
        HEAD + line(section="a") + b"[]\n" + line(end="a", code=0, msg="", ms=1),
        HEAD + line(end="a", code=0, msg="", ms=1),
        HEAD + b"{}\n",
    ],
)
def test_lines_out_of_their_place_are_no_answer(lines: bytes) -> None:
    with pytest.raises(Cut):
        parse(lines)


@given(st.binary(max_size=300))
def test_any_bytes_are_an_answer_or_none(data: bytes) -> None:
    for text in (data, framed(data), framed(HEAD + data)):
        with contextlib.suppress(Cut):
            read(text, MOST)


# --- replies


@fact(key=("name",))
class Answered:
    """Of a test."""

    name: str


@probe("windows.answered", PowerShell("four"), on=("windows",), missing="no such thing here")
def answered(reply: Reply) -> Iterator[Answered]:
    """Of a test."""
    for row in reply.rows():
        yield Answered(name=row["Name"])


def otherwise(*sections: str) -> list[object]:
    @probe("windows.answered", PowerShell(sections[0]), on=("windows",), missing="no such thing here")
    def first(reply: Reply) -> Iterator[Answered]:
        """Of a test."""
        for row in reply.rows():
            yield Answered(name=row["Name"])

    for section in sections[1:]:
        first.otherwise(PowerShell(section))(answered.read)
    (brought,) = replies(parse(LINES), [first], "srv1", AT, b"k")
    assert brought.reply is not None
    return [brought.command, brought.reply.way, first.outcome(brought.reply)]


def test_the_next_way_counts_only_where_the_first_does_not_exist() -> None:
    assert otherwise("four", "one") == ["powershell section one.ps1", 1, Found((Answered(name="диск"), Answered(name="b")))]
    assert otherwise("three", "one") == ["powershell section three.ps1", 0, Found((Answered(name="c"),))]
    assert otherwise("four", "four") == ["powershell section four.ps1", 1, Absent("no such thing here")]
    assert otherwise("two", "one")[:2] == ["powershell section two.ps1", 0]  # refused: no proof that it does not exist


def test_what_a_plain_account_is_told_is_never_the_whole() -> None:
    lines = raw(["one", "four"], SAID, admin=False)

    @probe("windows.answered", PowerShell("one"), on=("windows",))
    def names(reply: Reply) -> Iterator[Answered]:
        """Of a test."""
        for row in reply.rows():
            yield Answered(name=row["Name"])

    (brought,) = replies(parse(lines), [names], "srv1", AT, b"k")
    assert brought.reply is not None
    outcome = names.outcome(brought.reply)
    assert isinstance(outcome, Unknown)
    assert "no administrator" in outcome.why
    assert outcome.seen == (Answered(name="диск"), Answered(name="b"))
    (brought,) = replies(parse(lines), [answered], "srv1", AT, b"k")
    assert brought.reply is not None
    assert answered.outcome(brought.reply) == Absent("no such thing here")  # a class that does not exist is no matter of rights


def test_a_section_that_the_script_did_not_have_was_not_asked() -> None:
    @probe("windows.later", PowerShell("five"), on=("windows",))
    def later(reply: Reply) -> Iterator[Answered]:
        """Of a test."""
        yield from ()

    (brought,) = replies(parse(LINES), [later], "srv1", AT, b"k")
    assert brought.reply is None
    assert brought.trouble is not None
    assert "no section" in brought.trouble.why


def test_recorded_replies_come_out_of_an_answer_as_they_are() -> None:
    """So an answer file and a live host give the same facts, byte for byte."""
    said = recorded("srv2019")
    probes = registry().probes_on("windows")
    answer = read(framed(raw(said, said)), MOST)
    for brought in replies(answer, probes, "srv1", AT, b"k"):
        assert brought.reply is not None, brought
        section = brought.command.split()[-1].removesuffix(".ps1")
        assert brought.reply.stdout.rstrip(b"\n") == said[section].rows.rstrip(b"\n")
        assert (brought.reply.code, brought.reply.account, brought.reply.key) == (said[section].code, "CORP\\audit", b"k")
