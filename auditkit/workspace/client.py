"""client.yaml, version 1: what people know about the company and no probe can see."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from auditkit.text import one_line
from auditkit.workspace.addresses import network, span
from auditkit.workspace.models import Strict, Version, read
from auditkit.workspace.names import SLUG_RULE, is_slug
from auditkit.workspace.references import FOUND, crossed
from auditkit.workspace.yamlfile import Document, load


def _name(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be one line of visible characters")
    if text.startswith(FOUND):
        raise ValueError(f"must not begin with {FOUND} (that refers to what probes find)")
    return text


def _slug(text: str) -> str:
    if not is_slug(text):
        raise ValueError(f"must be {SLUG_RULE}")
    return text


def _iso(value: Any) -> Any:
    """Only the ISO form: pydantic also takes numbers, as seconds since 1970."""
    if isinstance(value, date) or (isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value.strip())):
        return value
    raise ValueError(f"must be a date as YYYY-MM-DD, not {one_line(str(value), 40)}")


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


Text = Annotated[str, BeforeValidator(_as_text)]          # a phone, a number of a contract: quotes are not needed
Id = Annotated[str, BeforeValidator(_as_text), Field(min_length=1, max_length=80), AfterValidator(_name)]
Ref = Annotated[str, BeforeValidator(_as_text), Field(min_length=1, max_length=200)]
Slug = Annotated[str, AfterValidator(_slug)]
Network = Annotated[str, AfterValidator(network)]
Span = Annotated[str, AfterValidator(span)]
Day = Annotated[date, BeforeValidator(_iso)]
Hours = Annotated[float, Field(ge=0)]


class _Named(Strict):
    """A mapping that may be written as its name alone."""

    @model_validator(mode="before")
    @classmethod
    def _alone(cls, data: Any) -> Any:
        return {cls._first(): data} if isinstance(data, str) else data

    @classmethod
    def _first(cls) -> str:
        return "name"

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string"}, handler.resolve_ref_schema(handler(schema))]}


class Company(_Named):
    """Who the client is. id: a short latin name for files and queues; "" = the name of the folder."""

    name: Text = Field(min_length=1, description="name of the company, as it stands in the contract")
    id: Slug | None = Field(default=None, description="short latin name for files; the folder's name where it is not given")
    contract: Text = Field(default="", description="number and date of the contract")
    note: Text = ""


class Site(_Named):
    """A place where equipment stands."""

    id: Id
    name: Text = ""
    address: Text = ""
    access: Text = Field(default="", description="how to get in: pass, keys, hours, whom to call")

    @classmethod
    def _first(cls) -> str:
        return "id"


class Contact(_Named):
    """A person or a firm to call."""

    name: Text = Field(min_length=1)
    role: Text = ""
    phone: Text = ""
    email: Text = ""
    site: Ref | None = None
    note: Text = ""


class Predecessor(Strict):
    """How to recognise what the previous contractor left behind."""

    persons: tuple[Text, ...] = Field(default=(), description="names")
    logins: tuple[Text, ...] = Field(default=(), description="accounts they worked under, on any system")
    key_fingerprints: tuple[Text, ...] = Field(default=(), description="SSH keys, as ssh-keygen -l prints them: SHA256:…")
    networks: tuple[Network, ...] = Field(default=(), description="addresses they came from: 203.0.113.0/24")


class Permission(Strict):
    """Who at the client allowed the audit, where, from when until when (both days included)."""

    who: Text = Field(min_length=1)
    ranges: tuple[Span, ...] = Field(default=(), description="networks and ranges that may be looked at: 10.0.0.0/24, 10.0.1.10-10.0.1.90")
    from_: Day | None = Field(default=None, alias="from")
    until: Day | None = None

    @model_validator(mode="after")
    def _order(self) -> Permission:
        if self.from_ and self.until and self.until < self.from_:
            raise ValueError("ends (until) before it begins (from)")
        return self


class Service(Strict):
    """What people work with. None = not asked yet; hours: when it is needed, in words (пн-пт 9-18, 24x7)."""

    id: Id
    name: Text = ""
    users: int | None = Field(default=None, ge=0, description="how many people cannot work without it")
    rto_h: Hours | None = Field(default=None, description="how long it may stand still, hours")
    rpo_h: Hours | None = Field(default=None, description="how many hours of work may be lost")
    mtd_h: Hours | None = Field(default=None, description="after how many hours the damage can no longer be borne")
    hours: Text | None = Field(default=None, description="when it is needed: пн-пт 9-18, 24x7")

    @model_validator(mode="after")
    def _bearable(self) -> Service:
        if self.rto_h is not None and self.mtd_h is not None and self.mtd_h < self.rto_h:
            raise ValueError(f"mtd_h ({self.mtd_h:g}) must be at least rto_h ({self.rto_h:g})")
        return self


class Element(Strict):
    """A thing that can fail and that no probe can see: power, a line, a person, a contract."""

    id: Id
    kind: Text = Field(min_length=1, description="server, switch, ups, power, isp, person, contract, …")
    site: Ref | None = None


class Group(Strict):
    """Works while at least k of its members work."""

    id: Id
    k: int = Field(ge=1, description="how many of the members are needed")
    members: tuple[Ref, ...] = Field(min_length=1)


class Dependency(Strict):
    """`from` needs `to`. grace_min: minutes it goes on without (UPS, DHCP lease, DNS TTL)."""

    from_: Ref = Field(alias="from")
    to: Ref
    kind: Literal["use", "supply", "stored"] = Field(
        description="use: what it calls (AD, DNS, a database); supply: what carries it (power, network, host); stored: where its data lies"
    )
    grace_min: float = Field(default=0, ge=0, description="minutes that it goes on without")


class Accepted(Strict):
    """A risk that a person took over. until: the last day; None = without end."""

    check: Text = Field(min_length=1, description="id of the check: LIN-09")
    asset: Ref = Field(description="id of the asset")
    by: Text = Field(min_length=1, description="who decided")
    why: Text = Field(min_length=1)
    until: Day | None = None


class Client(Strict):
    """The whole file. What is not written is empty: declared by nobody."""

    version: Version = 1
    client: Company
    sites: tuple[Site, ...] = ()
    contacts: tuple[Contact, ...] = ()
    predecessor: Predecessor = Predecessor()
    permission: Permission | None = None
    services: tuple[Service, ...] = ()
    elements: tuple[Element, ...] = ()
    groups: tuple[Group, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    accepted: tuple[Accepted, ...] = ()


def load_client(place: Path, targets: Iterable[str] = ()) -> Client:
    """Read client.yaml. targets: ids that dependencies may name beside the file's own.

    Raises ConfigError with every place that is wrong, also a name that nothing has.
    """
    return read_client(load(place), targets)


def read_client(document: Document, targets: Iterable[str] = ()) -> Client:
    """The same from a file already read."""
    return read(document, Client, crossed(document.data, targets))
