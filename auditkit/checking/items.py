"""Checklists as files: YAML with id, version, title, why, severity, sources, remedy; what a rule says is its data, in ru and en."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from auditkit import resources
from auditkit.checking.grammar import lint_fragment, sources
from auditkit.errors import ChecklistError, ConfigError
from auditkit.workspace import yamlfile
from auditkit.workspace.files import typed
from auditkit.workspace.models import problems_of

FOLDER = "checklists"
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Deadline = Literal["two_weeks", "quarter", "year", "someday"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(_Model):
    """One text in both languages."""

    ru: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Part(_Model):
    """One question to the rows of a table: `expect` must hold where `when` holds. says: an alarmed row in words, {column}s filled in."""

    for_: Name = Field(alias="for")
    when: str = "true"
    expect: str
    says: Text | None = None

    @model_validator(mode="after")
    def _aliases(self) -> Part:
        """An alias called like the row's own table would make the rows of all hosts those of this one."""
        for source in (*sources(self.when), *sources(self.expect)):
            if source.alias.lower() == self.for_:
                raise ValueError(f"from {source.table}: give it an alias other than {self.for_}, the table the rule is for")
        return self

    @field_validator("when", "expect")
    @classmethod
    def _lint(cls, fragment: str) -> str:
        try:
            lint_fragment(fragment)
        except ChecklistError as e:
            raise ValueError(str(e)) from e
        return fragment


class Item(_Model):
    """One rule. Its parts are asked one by one; an alarm of any is its alarm, an unknown of any keeps it from being ok.

    on: platforms that it is for; those of its checklist where not given; () = all. Others get no verdict of it, not a page of n/a.
    """

    id: str = Field(pattern=r"^[A-Z]{2,4}-[A-Za-z0-9]{1,8}$")
    version: int = Field(ge=1)
    title: Text
    why: Text
    severity: Literal[1, 2, 3, 4]
    kind: Literal["sec", "rel", "life", "hyg"]
    sources: tuple[str, ...] = Field(min_length=1)
    remedy: Text
    parts: tuple[Part, ...] = Field(min_length=1)
    within: Literal["asset", "client"] = "asset"
    effort_h: tuple[float, float] | None = None
    deadline: Deadline = "quarter"
    aliases: tuple[str, ...] = ()
    on: tuple[Name, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _one_part(cls, data: object) -> object:
        """An item with one question may write it without `parts`."""
        if isinstance(data, dict) and "parts" not in data and "for" in data:
            keys = [k for k in ("for", "when", "expect", "says") if k in data]
            return {**{k: v for k, v in data.items() if k not in keys}, "parts": [{k: data[k] for k in keys}]}
        return data


class Checklist(_Model):
    """One file. on: platforms that its items are for, where an item does not say. digest: SHA-256 of its bytes; places: file:line of
    each item."""

    checklist: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    version: int = Field(ge=1)
    title: Text
    on: tuple[Name, ...] = ()
    items: tuple[Item, ...] = Field(min_length=1)
    digest: str = ""
    places: tuple[str, ...] = ()

    def place(self, item: Item) -> str:
        """file:line of an item."""
        return dict(zip((i.id for i in self.items), self.places, strict=False)).get(item.id, self.checklist)


def load_checklists(client: Path | None = None, kinds: Iterable[str] = ("yearly",)) -> tuple[Checklist, ...]:
    """All checklists of the folders `kinds`; a client's file goes before the firm's and the built-in one of the same name.

    Raises ChecklistError: file:line:col: path: what is wrong and what is allowed; also where one id stands twice.
    """
    found: dict[str, Traversable] = {}
    for place in resources.places(FOLDER, client):
        for kind in kinds:
            folder = place / kind
            for file in _yaml_files(folder):
                found.setdefault(f"{kind}/{file.name}", file)
    own = resources.builtin(FOLDER)
    lists = tuple(read(f"{FOLDER}/{name}" if _below(file, own) else typed(Path(str(file))), file) for name, file in sorted(found.items()))
    _distinct(lists)
    return lists


def _below(file: Traversable, folder: Traversable) -> bool:
    return str(file).startswith(f"{folder}/")


def _yaml_files(folder: Traversable) -> Iterator[Traversable]:
    if folder.is_dir():
        yield from sorted((f for f in folder.iterdir() if f.name.endswith((".yaml", ".yml"))), key=lambda f: f.name)


def read(name: str, file: Traversable) -> Checklist:
    """One file. Raises ChecklistError."""
    raw = file.read_bytes()
    try:
        document = yamlfile.parse(name, raw)
    except ConfigError as e:
        raise ChecklistError(str(e)) from e
    try:
        made = Checklist.model_validate(document.data)
    except ValidationError as e:
        raise ChecklistError(str(document.error(problems_of(e, Checklist, document.data)))) from e
    places = tuple(f"{name}:{document.spot(('items', n))[0]}" for n in range(len(made.items)))
    items = tuple(i if i.on else i.model_copy(update={"on": made.on}) for i in made.items)
    return made.model_copy(update={"items": items, "digest": hashlib.sha256(raw).hexdigest(), "places": places})


def _distinct(lists: tuple[Checklist, ...]) -> None:
    seen: dict[str, str] = {}
    for one in lists:
        for item in one.items:
            if item.id in seen:
                raise ChecklistError(f"item {item.id} stands in {seen[item.id]} and again in {one.checklist}: give one of them another id")
            seen[item.id] = one.checklist
