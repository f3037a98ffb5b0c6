"""What every transport is: carries commands of one type to one target and brings replies. Gets an opened credential, never the vault."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict

from auditkit.model import Question, Unknown
from auditkit.probing import Probe, Reply


class Masked:
    """A secret in memory: prints as dots, compares by value, cannot be pickled into a log by accident."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself: only at the call that sends it."""
        return self._value

    def __repr__(self) -> str:
        return "Masked(•••)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Masked) and other._value == self._value

    def __hash__(self) -> int:
        return hash(("Masked", self._value))

    def __reduce__(self) -> Any:
        raise TypeError("a Masked secret is not pickled")


@dataclass(frozen=True, slots=True)
class Credential:
    """An opened credential: login and what proves it. private_key: text of an OpenSSH or PEM key."""

    login: str
    password: Masked | None = None
    private_key: Masked | None = None
    passphrase: Masked | None = None


class Options(BaseModel):
    """Base of every transport's options in targets.yaml; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Target:
    """Something we ask. credential: a reference (vault:NAME, env:NAME, keyring:NAME, agent, prompt), never the secret."""

    id: str
    platform: str
    transport: str
    address: str
    options: Options
    credential: str | None = None
    site: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Brought:
    """One planned question's way home: a reply to be read, or what stood in the way (then reply is None)."""

    question: Question
    command: str
    reply: Reply | None
    trouble: Unknown | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A line of the journal for the client's eyes: what was sent, when, to whom, as whom."""

    at: datetime
    target: str
    address: str
    account: str
    what: str


def now() -> datetime:
    """The time, UTC, whole milliseconds (what the store keeps)."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@dataclass(frozen=True, slots=True)
class Context:
    """What a collection lends to a transport.

    key: of the workspace, prints secrets. journal: called before each thing is sent. pins: place of known_hosts and other pins.
    credential_of: opens a reference (for jump hosts). host_seconds, reply_bytes, host_bytes: caps.
    """

    key: bytes
    pins: Any
    journal: Callable[[Sent], None]
    credential_of: Callable[[str], Credential]
    host_seconds: float = 300.0
    reply_bytes: int = 8 << 20
    host_bytes: int = 64 << 20
    extra: dict[Any, Any] = field(default_factory=dict)


class Transport(Protocol):
    """One module a transport; `auditkit.transports.load(name)` gives it."""

    name: ClassVar[str]
    options: ClassVar[type[Options]]

    def collect(self, target: Target, probes: Sequence[Probe[Any]], credential: Credential | None, context: Context) -> Iterator[Brought]:
        """Ask everything in as few round trips as possible; yield replies as they come.

        A question that is never yielded counts as not asked. Raises TransportError where the target was not reached or the
        connection broke: what was yielded before stays.
        """
        ...
