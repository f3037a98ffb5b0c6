"""`Probe.outcome`: the one place where a reply becomes an outcome; every default leans to Unknown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditkit.model import Absent, Found, Unknown, fact
from auditkit.probing import NotHere, NotUnderstood, Probe, Reply, Search, derived, probe


@fact(key=("name",))
class Thing:
    name: str
    size: int = 0


@fact()
class Total:
    lines: int


def things(**options: Any) -> Probe[Thing]:
    @probe("test.things", "list-things", **options)
    def read(reply: Reply) -> Iterator[Thing]:
        for line in reply.lines():
            if line == "nothing here":
                raise NotHere("the host says so")
            name, _, size = line.partition(" ")
            if not size:
                raise NotUnderstood(repr(line))
            yield Thing(name=name, size=int(size))

    return read


def test_a_whole_answer_is_found() -> None:
    assert things().outcome(Reply(b"a 1\nb 2\n")) == Found((Thing(name="a", size=1), Thing(name="b", size=2)))


def test_silence_is_found_nothing() -> None:
    assert things().outcome(Reply(b"")) == Found(())


def test_output_without_a_row_is_not_understood_unless_it_is_what_empty_looks_like() -> None:
    @probe("test.json", "list --json", none=b"[]")
    def read(reply: Reply) -> Iterator[Thing]:
        yield from ()

    assert read.outcome(Reply(b"[]\n")) == Found(())
    outcome = read.outcome(Reply(b"[1]\n"))
    assert isinstance(outcome, Unknown)
    assert outcome.cause == "not_understood"


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply(b"", b"", 1), "exit code 1: no message"),
        (Reply(b"", b"boom\n", 2), "exit code 2: boom"),
        (Reply(b"", b"list-things: not found", 127), "the command is missing on this system"),
        (Reply(b"a 1\n", b"some rows are hidden\n", 0), "warned: some rows are hidden"),
        (Reply(b"a 1\nb", b"", None), "truncated: the answer is not whole"),
        (Reply(b"a 1\n", b"", 0, truncated=True), "truncated: the answer is not whole"),
        (Reply(b"a x\n"), "not understood: ValueError: invalid literal for int() with base 10: 'x'"),
        (Reply(b"alone\n"), "not understood: 'alone'"),
    ],
)
def test_everything_doubtful_is_unknown_and_says_why(reply: Reply, why: str) -> None:
    outcome = things().outcome(reply)
    assert isinstance(outcome, Unknown)
    assert outcome.why == why


def test_what_was_read_before_the_trouble_is_kept_as_seen() -> None:
    outcome = things().outcome(Reply(b"a 1\nb 2\nbroken\n"))
    assert isinstance(outcome, Unknown)
    assert outcome.seen == (Thing(name="a", size=1), Thing(name="b", size=2))


def test_a_total_over_half_the_lines_is_not_kept() -> None:
    @probe("test.total", "count")
    def read(reply: Reply) -> Iterator[Total]:
        yield Total(lines=len(list(reply.lines())))

    outcome = read.outcome(Reply(b"1\n2\n", code=None))
    assert isinstance(outcome, Unknown)
    assert outcome.seen == ()


def test_a_missing_command_proves_absence_only_where_the_probe_says_so() -> None:
    assert things(missing="no things here").outcome(Reply(b"", b"ask: 1: list-things: not found\n", 127)) == Absent("no things here")


@pytest.mark.parametrize(
    "stderr",
    [
        "",
        "ask: 1: list-things: not found",
        "ask: line 1: list-things: command not found",
        "ask: list-things: inaccessible or not found",
        "sh: list-things: not found",
    ],
)
def test_every_shell_has_its_own_words_for_a_missing_command(stderr: str) -> None:
    assert things(missing="no things").outcome(Reply(b"\n", stderr.encode(), 127)) == Absent("no things")


@pytest.mark.parametrize(
    ("stdout", "stderr"),
    [
        (b"a 1\n", b""),
        (b"a 1\n", b"ask: 1: list-things: not found\n"),
        (b"", b"list-things: error while loading shared libraries: libx.so: cannot open shared object file: No such file or directory\n"),
        (b"", b"Error loading shared library libx.so: No such file or directory (needed by /usr/bin/list-things)\n"),
        (b"", b"/usr/bin/list-things: 9: helper: not found\n"),
        (b"", b"ask: 1: list-things: not found\nlist-things: the database is locked\n"),
        (b"", b"bash: /usr/bin/list-things: bad interpreter: No such file or directory\n"),
    ],
)
def test_exit_code_127_alone_proves_no_absence(stdout: bytes, stderr: bytes) -> None:
    outcome = things(missing="no things", codes=range(256)).outcome(Reply(stdout, stderr, 127))
    assert isinstance(outcome, Unknown)
    assert outcome.why.startswith("exit code 127: ")


def test_of_a_secret_reply_only_the_place_of_the_trouble_is_told() -> None:
    @probe("test.secret", "cat /etc/secret", secret=True)
    def read(reply: Reply) -> Iterator[Thing]:
        for n, line in enumerate(reply.lines(), 1):
            if line == "refused":
                raise NotUnderstood(f"line {n}: {line!r}")
            yield Thing(name="x", size=int(line))

    def why(stdout: bytes) -> str:
        outcome = read.outcome(Reply(stdout))
        assert isinstance(outcome, Unknown)
        return outcome.why

    assert why(b"refused\n") == "not understood: NotUnderstood (line 1 of a secret reply)"
    assert why(b"1\nHunter2\n") == "not understood: ValueError (line 2 of a secret reply)"


def test_of_a_secret_reply_the_readers_own_words_are_told_and_no_byte_of_it() -> None:
    @probe("test.mounts", "cat /etc/fstab", secret=True)
    def read(reply: Reply) -> Iterator[Thing]:
        for line in reply.lines():
            if line.count(" ") > 2:
                raise NotUnderstood(f"fstab: a mount of three fields was expected: {line.title()} / {line[:80]!r}")
            yield Thing(name="x", size=1)

    outcome = read.outcome(Reply(b"a b c\n//nas/docs -o username=boss password=hunter2\n"))
    assert isinstance(outcome, Unknown)
    assert outcome.why == "not understood: fstab: a mount of three fields was expected: … (line 2 of a secret reply)"


def test_a_missing_file_proves_absence_only_alone() -> None:
    p = things(no_file="no list")
    assert p.outcome(Reply(b"", b"cat: /etc/x: No such file or directory\n", 1)) == Absent("no list")
    assert isinstance(p.outcome(Reply(b"", b"cat: /etc/x: Permission denied\n", 1)), Unknown)
    assert isinstance(p.outcome(Reply(b"a 1\n", b"cat: /etc/x: No such file or directory\n", 1)), Unknown)


def test_proof_by_a_reader_counts_only_in_a_clean_answer() -> None:
    assert things().outcome(Reply(b"nothing here\n")) == Absent("the host says so")
    assert isinstance(things().outcome(Reply(b"nothing here\n", b"warning\n")), Unknown)


def test_harmless_warnings_are_named_one_by_one() -> None:
    p = things(harmless=r"^note: ")
    assert p.outcome(Reply(b"a 1\n", b"note: slow\n")) == Found((Thing(name="a", size=1),))
    assert isinstance(p.outcome(Reply(b"a 1\n", b"note: slow\nerror: half\n")), Unknown)


def test_secrets_are_cut_from_every_text_of_a_fact_and_from_reasons() -> None:
    outcome = things().outcome(Reply(b"mysql://root:Hunter2@db 1\n"))
    assert outcome == Found((Thing(name="mysql://root:‹secret›@db", size=1),))
    failed = things().outcome(Reply(b"", b"login failed: password=Hunter2\n", 1))
    assert "Hunter2" not in str(failed)


def test_numbers_no_table_can_hold_are_not_understood() -> None:
    assert isinstance(things().outcome(Reply(b"a 99999999999999999999\n")), Unknown)


def test_another_way_is_read_by_its_own_reader() -> None:
    p = things()

    @p.otherwise("cat /proc/things")
    def _(reply: Reply) -> Iterator[Thing]:
        for line in reply.lines():
            yield Thing(name=line)

    assert [str(c) for c in p.commands] == ["list-things", "cat /proc/things"]
    assert p.outcome(Reply(b"only\n", way=1)) == Found((Thing(name="only"),))


def test_the_list_of_an_each_is_an_answer_of_its_own() -> None:
    p = things(each="ls /dev/things")
    assert p.listing(Reply(b"a\nb\na\n")) == (("a", "b"), Found(()))
    args, outcome = p.listing(Reply(b"a\n", b"ls: cannot open\n", 2))
    assert args == ("a",)
    assert isinstance(outcome, Unknown)


def test_the_list_of_an_each_has_exit_codes_of_its_own() -> None:
    assert things(each="grep -o x", codes=range(256)).listing(Reply(b"", b"", 1))[1] == Unknown("exit code 1: no message")
    assert things(each="grep -o x", each_codes=(0, 1)).listing(Reply(b"", b"", 1))[1] == Found(())
    assert things(each="grep -o x", missing="no grep").listing(Reply(b"\n", b"ask: 1: grep: not found", 127))[1] == Absent("no grep")


def searched(**options: Any) -> Probe[Thing]:
    @probe("test.searched", Search("CN=LAPS,{domain}"), on=("directory",), **options)
    def read(reply: Reply) -> Iterator[Thing]:
        yield from ()

    return read


def test_a_search_is_whole_only_where_the_directory_says_so() -> None:
    assert searched().listing(Reply(b"1\n2\n")) == (("1", "2"), Found(()))
    assert searched().listing(Reply(b"")) == ((), Found(()))
    args, outcome = searched(missing="no LAPS").listing(Reply(b"1\n", b"sizeLimitExceeded: not all", 4))
    assert (args, outcome) == (("1",), Unknown("LDAP result 4: sizeLimitExceeded: not all"))
    late = searched().listing(Reply(b"1\n", b"", None, truncated=True))[1]
    assert late == Unknown("truncated: the answer is not whole", cause="truncated")


def test_a_missing_base_of_a_search_proves_what_its_probe_says() -> None:
    assert searched(missing="no LAPS").listing(Reply(b"", b"noSuchObject", 32))[1] == Absent("no LAPS")
    assert searched().listing(Reply(b"", b"noSuchObject", 32))[1] == Unknown("LDAP result 32: noSuchObject")
    assert isinstance(searched(missing="no LAPS").listing(Reply(b"1\n", b"noSuchObject", 32))[1], Unknown)


@pytest.mark.parametrize("code", [1, 50])
def test_a_search_that_the_account_may_not_make_is_unknown(code: int) -> None:
    outcome = searched(missing="no LAPS").listing(Reply(b"", b"insufficientAccessRights", code))[1]
    assert outcome == Unknown("no right to read this: insufficientAccessRights")


@given(st.binary(max_size=300), st.binary(max_size=60), st.sampled_from([0, 1, 2, 127, None]), st.booleans())
def test_no_bytes_crash_and_no_failure_is_found(out: bytes, err: bytes, code: int | None, truncated: bool) -> None:
    outcome = things().outcome(Reply(out, err, code, truncated=truncated))
    if code != 0 or truncated:
        assert not isinstance(outcome, Found)


def test_a_probe_must_say_what_it_yields() -> None:
    with pytest.raises(TypeError, match="annotate"):

        @probe("test.bad", "x")
        def read(reply: Reply) -> Iterator[int]:
            yield 1


def test_a_name_is_lower_case_with_dots() -> None:
    with pytest.raises(ValueError, match="lower case"):
        probe("Bad", "x")


def test_derived_facts_name_what_they_read() -> None:
    @derived("test.sum")
    def total(things: tuple[Thing, ...]) -> Iterator[Total]:
        yield Total(lines=len(things))

    assert total.needs == {"things": (Thing, True)}
    assert total.yields == (Total,)
