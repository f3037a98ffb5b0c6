"""All that an author of a collector imports, beside model/, text and scrub: commands, replies, probes, derived facts.

A probe is a command, the pure function that reads its reply into facts, and what proves nothing. `Probe.outcome` is the one
place where a reply becomes an outcome, and every default in it leans to Unknown.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import struct
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from auditkit.commands import ApcStatus, Cli, Command, Objects, PolicyFiles, PowerShell, Resources, Search, Shell, Sweep, UpsVariables
from auditkit.discreet import discreetly
from auditkit.model import Absent, Found, Outcome, Secret, Unknown, fact_key, is_fact
from auditkit.text import decode, one_line
from auditkit.tidy import tidy, tidy_each

__all__ = [
    "ApcStatus",
    "Cli",
    "Command",
    "Derived",
    "NotHere",
    "NotUnderstood",
    "Objects",
    "PolicyFiles",
    "PowerShell",
    "Probe",
    "Reply",
    "Resources",
    "Search",
    "Shell",
    "Sweep",
    "UpsVariables",
    "derived",
    "probe",
]  # fmt: skip
F = TypeVar("F")
Reader = Callable[["Reply"], Iterator[F]]
NO_SUCH_OBJECT, NO_RIGHTS = 32, (1, 50)  # noSuchObject; operationsError (not bound, in Active Directory), insufficientAccessRights
MISSING_COMMAND = 127  # POSIX.1-2017, Shell & Utilities, 2.8.2
# dash "sh: 1: x: not found", bash "sh: line 1: x: command not found", ksh "inaccessible or not found". A line that does not fit
# whole is no such proof: "x: error while loading shared libraries: …: No such file or directory" comes with 127 as well.
_NO_COMMAND = re.compile(
    r"(?:[\w./-]+: )?(?:(?:line )?\d+: )?[\"'‘]?(?P<name>[^\s:\"'‘’]+)[\"'’]?: "
    r"(?:command not found|(?:inaccessible or )?not found|No such file or directory)"
)
_PROGRAM = re.compile(r"[^\s;&|(){}\"'`<>]+")
PROBE_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")


class NotUnderstood(Exception):
    """A reader met bytes it cannot read: the whole reply becomes Unknown, with this sentence."""


class NotHere(Exception):
    """A reader has proof that this target has no such thing: Absent, with this sentence."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: bytes, and when, as whom.

    code: exit status; None = the command did not end. way: which command of the probe (0 first, then its `otherwise`).
    root: whether it ran as root. key: of the workspace, prints secrets.
    """

    stdout: bytes
    stderr: bytes = b""
    code: int | None = 0
    at: datetime = datetime.min
    account: str = ""
    arg: str = ""
    way: int = 0
    truncated: bool = False
    root: bool = False
    key: bytes = b""

    @property
    def text(self) -> str:
        """stdout as text (utf-8, utf-16 or cp1251 per line); no lone surrogates."""
        return decode(self.stdout)

    def lines(self) -> Iterator[str]:
        """Lines of stdout that are not blank, without their line ends (split at LF alone: U+2028 is part of a value)."""
        return (line for line in (s.removesuffix("\r") for s in self.text.split("\n")) if line.strip())

    def rows(self) -> Iterator[dict[str, Any]]:
        """One JSON object a line: what a section of the collecting script sends. Raises NotUnderstood with the number of the line."""
        for number, line in enumerate(self.stdout.splitlines(), 1):
            try:
                row = msgspec.json.decode(line)
            except msgspec.DecodeError as e:
                raise NotUnderstood(f"line {number} is no JSON: {e}") from e
            if not isinstance(row, dict):
                raise NotUnderstood(f"line {number} is no JSON object")
            yield row

    def secret(self, text: str, kind: str) -> Secret:
        """What may leave the reader of a secret: its kind and keyed print."""
        return Secret(kind, hmac.new(self.key, text.encode("utf-8", "backslashreplace"), hashlib.sha256).hexdigest()[:16])


@dataclass(slots=True, eq=False)
class Probe(Generic[F]):
    """See `probe`."""

    name: str
    command: Command
    read: Reader[F]
    yields: tuple[type, ...]
    codes: Collection[int]
    none: tuple[bytes, ...]
    missing: str | None
    no_file: str | None
    harmless: re.Pattern[str] | None
    each: Shell | None
    each_codes: Collection[int]
    secret: bool
    on: frozenset[str]
    ways: list[tuple[Command, Reader[Any]]] = field(default_factory=list)

    @property
    def commands(self) -> tuple[Command, ...]:
        """The command and its alternatives, in the order they are tried."""
        return (self.command, *(c for c, _ in self.ways))

    @property
    def many(self) -> bool:
        """Whether its planned question is "*": a list of arguments, and one question for each of them."""
        return self.each is not None or isinstance(self.command, Sweep | Search | PolicyFiles | UpsVariables)

    @property
    def needs_root(self) -> bool:
        return isinstance(self.command, Shell) and self.command.root

    def otherwise(self, command: str | Command) -> Callable[[Reader[Any]], Reader[Any]]:
        """Another command, tried only where the one before is missing (exit code 127), with its own reader."""

        def wrap(reader: Reader[Any]) -> Reader[Any]:
            self.ways.append((_shell(command, like=self.command), reader))
            return reader

        return wrap

    def outcome(self, reply: Reply) -> Outcome:
        """The one place where a reply becomes an outcome."""
        reader: Reader[Any] = self.read if reply.way == 0 else self.ways[reply.way - 1][1]
        trouble = self._trouble(reply, self.commands[reply.way], self.codes)
        if isinstance(trouble, Absent):
            return trouble
        facts, failed = _read(reader, reply)
        if isinstance(failed, NotHere) and trouble is None:
            return Absent(str(failed))
        if trouble is not None:
            return Unknown(trouble.why, seen=_rows(facts), cause=trouble.cause)
        if failed is not None:
            return Unknown(f"not understood: {self._said(failed, reply)}", seen=_rows(facts), cause="not_understood")
        said_out = reply.stdout.strip()
        if not facts and said_out and said_out not in self.none:
            return Unknown("not understood: output, but no row was read from it", cause="not_understood")
        return Found(facts)

    def listing(self, reply: Reply) -> tuple[tuple[str, ...], Outcome]:
        """The reply of `each` -> the arguments in order, without doubles, and what the list itself is worth."""
        args = tuple(dict.fromkeys(line.strip() for line in reply.lines()))
        if isinstance(self.command, Search) and reply.code and not reply.truncated:
            return args, self._unsearched(reply)
        trouble = self._trouble(reply, self.each, self.each_codes)
        return args, trouble if trouble is not None else Found(())

    def _unsearched(self, reply: Reply) -> Absent | Unknown:
        """A search that did not end well (RFC 4511, appendix A). Its code is never an exit code: 127 means nothing here."""
        said = self._complaint(reply.stderr)
        if reply.code == NO_SUCH_OBJECT and self.missing and not reply.stdout.strip():
            return Absent(self.missing)
        if reply.code in NO_RIGHTS:
            return Unknown(f"no right to read this: {said}")
        return Unknown(f"LDAP result {reply.code}: {said}")

    def lacks_command(self, reply: Reply) -> bool:
        """Whether a reply says that its command is not there, and nothing else: then the next way is looked at.

        Exit code 127 alone is no proof: a program whose library is missing ends with it too, as does a script that misses one of
        its tools half-way. So stdout must be blank, and stderr silent (a guard's `exit 127`) or a shell's words that a program
        named by the command itself was not found.
        """
        return self._lacks(reply, self.commands[reply.way])

    def _lacks(self, reply: Reply, command: Command | None) -> bool:
        if reply.code != MISSING_COMMAND or reply.truncated or reply.stdout.strip():
            return False
        if isinstance(command, Cli):
            return True  # the transport has told the device's words for it from others
        programs = set(_PROGRAM.findall(str(command)))
        return all((m := _NO_COMMAND.fullmatch(s)) and m["name"] in programs for s in self._told(reply.stderr))

    def _said(self, failed: Exception, reply: Reply) -> str:
        """What a reader said of the bytes. Of a secret reply only the program's own words and the number of the line."""
        if self.secret:
            return one_line(discreetly(failed, reply.text), 200)
        said = str(failed) if isinstance(failed, NotUnderstood) else f"{type(failed).__name__}: {failed}"
        return tidy(one_line(said, 160))

    def _trouble(self, reply: Reply, command: Command | None, codes: Collection[int]) -> Absent | Unknown | None:
        """What keeps a reply from being taken at its word, before any reader sees it."""
        complaint = self._complaint(reply.stderr)
        if reply.truncated or reply.code is None:
            return Unknown("truncated: the answer is not whole", cause="truncated")
        if self._lacks(reply, command):
            return Absent(self.missing) if self.missing else Unknown("the command is missing on this system")
        if self.no_file and reply.code and not reply.stdout.strip() and _only_missing_files(reply.stderr):
            return Absent(self.no_file)
        if reply.code not in codes or reply.code == MISSING_COMMAND:
            return Unknown(f"exit code {reply.code}: {complaint or 'no message'}")
        if complaint:
            return Unknown(f"warned: {complaint}")
        return None

    def _told(self, stderr: bytes) -> list[str]:
        """Lines of stderr that mean something."""
        lines = [s.strip() for s in decode(stderr).splitlines() if s.strip()]
        return [s for s in lines if not (self.harmless and self.harmless.search(s))]

    def _complaint(self, stderr: bytes) -> str:
        return tidy(one_line("; ".join(self._told(stderr)), 160))


def _only_missing_files(stderr: bytes) -> bool:
    lines = [s for s in decode(stderr).splitlines() if s.strip()]
    return bool(lines) and all(re.search(r"No such file or directory$|^(ls|cat|find): .*: No such file", s.strip()) for s in lines)


# What a reader's slip on hostile bytes raises.
_SLIPS = (
    NotUnderstood, NotHere, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, struct.error,
)  # fmt: skip


def _read(reader: Reader[Any], reply: Reply) -> tuple[tuple[object, ...], Exception | None]:
    """Facts read, and what ended the reading early. A reader's slip on hostile bytes is no crash of the audit."""
    raw: list[object] = []
    facts: list[object] = []
    failed: Exception | None = None
    try:
        for record in reader(reply):
            raw.append(record)
    except _SLIPS as e:
        failed = e
    try:
        for fact in tidy_each(raw):
            facts.append(fact)
    except _SLIPS as e:
        failed = e  # it is about a record before the place where the reader slipped
    return tuple(facts), failed


def _rows(facts: tuple[object, ...]) -> tuple[object, ...]:
    """Of an answer that is not whole only rows that stand for themselves are kept: a total of half the lines is wrong."""
    return tuple(f for f in facts if fact_key(type(f)))


def _shell(command: str | Command, like: Command | None = None) -> Command:
    if not isinstance(command, str):
        return command
    if isinstance(like, Shell):
        return Shell(command, root=like.root, root_helps=like.root_helps, seconds=like.seconds)
    return Shell(command)


def _fact_types(read: Callable[..., Any]) -> tuple[type, ...]:
    returned = get_type_hints(read).get("return")
    (out,) = get_args(returned) or (None,)
    types = get_args(out) if get_origin(out) is not None or not isinstance(out, type) else (out,)
    if not types or not all(is_fact(t) for t in types):
        raise TypeError(f"{read.__name__}: annotate it -> Iterator[YourFact] (or Iterator[A | B]) with classes made by @fact")
    return tuple(types)


def probe(
    name: str,
    command: str | Command,
    *,
    codes: Collection[int] = (0,),
    none: bytes | tuple[bytes, ...] = (),
    missing: str | None = None,
    no_file: str | None = None,
    harmless: str | None = None,
    each: str | Shell | None = None,
    each_codes: Collection[int] = (0,),
    secret: bool = False,
    on: Collection[str] = ("linux",),
) -> Callable[[Reader[F]], Probe[F]]:
    """Make a reader a probe.

    codes: exit codes that are no failure. none: what an empty answer looks like where it is not silence (b"[]").
    missing: what a missing command proves ("no restic here"), and a missing base of a Search; None = nothing, it stays Unknown.
    no_file: the same for a missing file. harmless: regex of stderr lines that mean nothing (kept as evidence all the same).
    each: a command whose lines are the arguments: the question is put once for each. each_codes: exit codes of that command
    that are no failure (`grep` with nothing to name: 1). secret: the reply is stored encrypted only.
    on: platforms of targets that are asked.

    Registers nothing: the registry finds probes by looking through modules. Raises TypeError where the annotation of the
    reader names no fact types, ValueError for a bad name.
    """
    if not PROBE_NAME.fullmatch(name):
        raise ValueError(f"probe name {name!r}: use lower case and dots, like linux.listeners")

    def wrap(read: Reader[F]) -> Probe[F]:
        return Probe(
            name=name, command=_shell(command), read=read, yields=_fact_types(read), codes=codes,
            none=(none,) if isinstance(none, bytes) else none, missing=missing, no_file=no_file,
            harmless=re.compile(harmless) if harmless else None, each=each if isinstance(each, Shell | None) else Shell(each),
            each_codes=each_codes, secret=secret, on=frozenset(on),
        )  # fmt: skip

    return wrap


@dataclass(slots=True, eq=False)
class Derived(Generic[F]):
    """See `derived`."""

    name: str
    read: Callable[..., Iterator[F]]
    needs: dict[str, tuple[type, bool]]  # parameter -> (fact type, many)
    yields: tuple[type, ...]


def derived(name: str) -> Callable[[Callable[..., Iterator[F]]], Derived[F]]:
    """Facts that follow from facts of one asset: parameters annotated `OsRelease` (one row) or `Sequence[Mount]` (all rows).

    It runs only where every table it reads is whole for the asset; otherwise its own tables have the same gaps.
    """

    def wrap(read: Callable[..., Iterator[F]]) -> Derived[F]:
        needs: dict[str, tuple[type, bool]] = {}
        for parameter, hint in get_type_hints(read).items():
            if parameter == "return":
                continue
            many = get_origin(hint) is not None
            kind = get_args(hint)[0] if many else hint
            if not is_fact(kind):
                raise TypeError(f"{name}: parameter {parameter} must be a fact type or Sequence[fact type]")
            needs[parameter] = (kind, many)
        return Derived(name, read, needs, _fact_types(read))

    return wrap
