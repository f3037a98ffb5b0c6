"""Pydantic at the edge: a strict base for what people write, and its errors as problems with a place and a cure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from auditkit.scrub import scrub
from auditkit.text import one_line
from auditkit.workspace.names import near
from auditkit.workspace.yamlfile import Document, Problem, Step, Way

M = TypeVar("M", bound=BaseModel)

SECRET_KEY = re.compile(
    r"(?i)pass|pwd|secret|token|psk|парол|private_?key|^key(_?(text|data|file))?$|api_?key|community|identity"
)
SECRET_TEXT = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|AGE-SECRET-KEY-1")
CURE = "secrets do not lie in this file: put it in the vault (`auditkit vault add NAME`) and write `credential: vault:NAME`"


def _known_version(number: int) -> int:
    if number != 1:
        raise ValueError(f"is {number}, and this auditkit reads version 1: upgrade auditkit")
    return number


Version = Annotated[int, AfterValidator(_known_version), Field(description="version of this file's format")]


class Strict(BaseModel):
    """A mapping whose every key is known. A key without a value counts as not written."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _unwritten(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        known = keys_of(cls)
        return {k: v for k, v in data.items() if v is not None or k not in known}


def keys_of(model: type[BaseModel]) -> tuple[str, ...]:
    """The keys a model knows, as they are written."""
    fields = model.model_fields
    first = [n for base in model.__bases__ if base in _bases(model) for n in base.model_fields if n in fields]
    return tuple(dict.fromkeys(fields[n].alias or n for n in [*first, *fields]))


def _bases(model: type[BaseModel]) -> list[type[BaseModel]]:
    return [b for b in model.__bases__ if issubclass(b, BaseModel)]


def read(document: Document, model: type[M], also: Iterable[Problem] = ()) -> M:
    """The document as that model. Raises ConfigError with everything that is wrong in it, and what else was found (`also`)."""
    problems = [*also, *secrets_in(document.data)]
    try:
        made = model.model_validate(document.data)
    except ValidationError as e:
        raise document.error([*problems, *problems_of(e, model, document.data)]) from None
    if problems:
        raise document.error(problems)
    return made


def secrets_in(data: Any, way: Way = ()) -> Iterator[Problem]:
    """Keys of people and machines that were pasted into the file as text."""
    if isinstance(data, str):
        if SECRET_TEXT.search(data):
            yield Problem(way, f"holds a private key: {CURE}; then change the key: this file was not made to keep it")
        return
    steps: list[tuple[Step, Any]] = list(data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ())
    for step, value in steps:
        yield from secrets_in(value, (*way, step))


def problems_of(
    error: ValidationError, model: type[BaseModel], data: Any, allowed: Mapping[Way, tuple[str, ...]] | None = None
) -> Iterator[Problem]:
    """What pydantic found, in our words. allowed: keys known at a way, where more than the model's own are."""
    told = error.errors(include_url=False)
    # A list all of whose members are wrong is said to be empty as well: that would only confuse.
    for found in [f for f in told if not (f["type"] == "too_short" and f["input"])] or told:
        way = _way(found["loc"], data)
        if found["type"] == "extra_forbidden":
            known = (allowed or {}).get(way[:-1]) or keys_of(_model_at(model, found["loc"][:-1]))
            yield Problem(way, unknown_key(str(way[-1]), known), on_key=True)
        else:
            yield Problem(way, _words(found))


def unknown_key(key: str, known: tuple[str, ...]) -> str:
    """The words for a key that nobody knows; what looks like a secret gets the cure for that instead."""
    if SECRET_KEY.search(key):
        return CURE
    return f"unknown key; allowed: {', '.join(known)}{near(key, known)}"


def _way(loc: tuple[Step, ...], data: Any) -> Way:
    """pydantic's loc without the steps that are no step of the data (names of validators and of branches of a union)."""
    way: list[Step] = []
    for number, step in enumerate(loc):
        last = number == len(loc) - 1
        if isinstance(data, dict) and (step in data or last):
            data = data.get(step) if isinstance(step, str) else None
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            continue
        way.append(step)
    return tuple(way)


def _model_at(model: type[BaseModel], loc: tuple[Step, ...]) -> type[BaseModel]:
    for step in loc:
        field = next((f for n, f in model.model_fields.items() if step in (n, f.alias)), None)
        if field is not None:
            model = _inner(field.annotation) or model
    return model


def _inner(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for a in get_args(annotation) if (m := _inner(a)) is not None), None)


_BY_TYPE = {
    "string_type": "must be a text: put the value in quotes",
    "string_too_short": "must not be empty",
    "bool": "must be true or false",
    "int": "must be a whole number",
    "float": "must be a number",
    "finite_number": "must be a number",
    "decimal": "must be a number",
    "date": "must be a date as YYYY-MM-DD",
    "tuple": "must be a list (lines that begin with - )",
    "list": "must be a list (lines that begin with - )",
    "model": "must be a mapping (lines of the form key: value)",
    "dict": "must be a mapping (lines of the form key: value)",
}
_BOUNDS = {"greater_than": ("gt", "more than"), "greater_than_equal": ("ge", "at least"), "less_than": ("lt", "less than"),
           "less_than_equal": ("le", "at most")}

_LENGTHS = {
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must have at least {min_length} members (lines that begin with - )",
    "too_long": "must have at most {max_length} members",
}


def _words(found: ErrorDetails) -> str:
    kind, ctx = found["type"], found.get("ctx", {})
    if kind == "missing":
        return "is missing"
    if kind == "value_error":
        return str(ctx["error"])
    if kind == "string_pattern_mismatch":
        return f"must have the form {ctx['pattern']}{_got(found)}"
    if kind in _LENGTHS:
        return _LENGTHS[kind].format(**ctx)
    if kind == "literal_error":
        return f"must be {ctx['expected'].replace(chr(39), '')}{_got(found)}"
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return f"must be {words} {ctx[name]}{_got(found)}"
    words = _BY_TYPE.get(kind) or _BY_TYPE.get(kind.split("_")[0], "")
    if not words:
        return f"cannot stand here ({kind.replace('_', ' ')}){_got(found)}"
    return words + ("" if kind.startswith(("string", "tuple", "list", "model", "dict")) else _got(found))


def _got(found: ErrorDetails) -> str:
    value = found["input"]
    return f", not {one_line(scrub(str(value)), 60)}" if isinstance(value, (str, int, float)) else ""
