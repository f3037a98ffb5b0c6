"""What stands in a paragraph or a cell: a statement (travels with its id) or a label (words of ours that assert nothing)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import msgspec

from auditkit.model import Statement, Text, Value
from auditkit.tidy import tidy

# What callers may hand in as a value; dates become ISO 8601 texts, for a template with {x:date}.
Given = Value | date


@dataclass(frozen=True, slots=True)
class Label:
    """Words that assert nothing about the client: a heading, a number in a list, a name of a column. It has no id."""

    message: str
    values: tuple[tuple[str, Value], ...] = ()


Cell = Statement | Label
_canonical = msgspec.json.Encoder(order="deterministic")


def ident(statement: Statement) -> str:
    """The id that travels inside files: "ak_" and the first 16 hex digits of the SHA-256 of the statement's canonical JSON."""
    try:
        canonical = _canonical.encode(statement)
    except UnicodeEncodeError:  # a lone surrogate, which JSON in UTF-8 cannot hold
        canonical = _canonical.encode(tidy(statement))
    return "ak_" + hashlib.sha256(canonical).hexdigest()[:16]


def say(message: str, rests_on: Iterable[str] = (), /, **values: Given) -> Statement:
    """A statement: `say("coverage.asked", refs, target="srv1", asked=7)`. Values are kept in alphabetical order."""
    return Statement(message, _kept(values), tuple(rests_on))


def label(message: str, /, **values: Given) -> Label:
    """A label: `label("column.host")`."""
    return Label(message, _kept(values))


def plain(text: str | int) -> Label:
    """A label that is not translated: a number in a list, the id of a check."""
    return label("cell.number" if isinstance(text, int) else "cell.text", value=text)


def value(seen: object, rests_on: Iterable[str] = ()) -> Statement:
    """One value of a fact as a statement of a table's cell.

    None is "not seen" and never reads as nothing; a known nothing ("", an empty tuple) is "—"; True and False are yes and no.
    A sum of money is `say("cell.amount", refs, value=20000)`: digits in groups.
    Raises TypeError for a value of another kind: say it with a message of its own.
    """
    match seen:
        case None:
            return say("cell.unseen", rests_on)
        case "" | ():
            return say("cell.nothing", rests_on)
        case bool():
            return say("cell.yes" if seen else "cell.no", rests_on)
        case int() | float():
            return say("cell.number", rests_on, value=seen)
        case date():
            return say("cell.date", rests_on, value=seen)
        case str() | Text():
            return say("cell.text", rests_on, value=seen)
        case tuple() | frozenset():
            return say("cell.text", rests_on, value=", ".join(str(s) for s in (seen if isinstance(seen, tuple) else sorted(seen, key=str))))
    raise TypeError(f"no cell can show {type(seen).__name__}: say it with a message of its own")


def _kept(values: dict[str, Given]) -> tuple[tuple[str, Value], ...]:
    return tuple((k, v.isoformat() if isinstance(v, date) else v) for k, v in sorted(values.items()))
