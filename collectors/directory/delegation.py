"""Delegation: who may reach which service in anybody's name, told by the account that does it, or by the one that is reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from auditkit.model import fact
from auditkit.model.shared.directory import (
    ComputerAccount,
    DirectoryGroup,
    DirectoryMembership,
    DirectoryUser,
    Domain,
    DomainController,
    Trust,
)
from auditkit.probing import derived

from .dangerous import people
from .managed import ManagedAccount

Kind = Literal["user", "computer", "managed"]


@fact(key=("sid", "service"))
class ConstrainedDelegation:
    """A service (SPN) that an account may reach in anybody's name (msDS-AllowedToDelegateTo, MS-SFU). service "" = it has none.

    controller: the service runs on a controller of the domain: whoever has the account has the domain. transition: nobody needs to have
    logged on to it by Kerberos. service None: may not be read.
    """

    sid: str
    name: str
    dn: str
    kind: Kind
    enabled: bool | None
    service: str | None
    controller: bool | None
    transition: bool | None


@fact(key=("sid", "actor_sid"))
class ResourceDelegation:
    """An account that may act in anybody's name on another (resource-based delegation). actor: its name, its SID where none is known.

    actor_kind: as in `DangerousRight`. controller: the other is a controller. actor_sid "" = nobody may; None = may not be read.
    """

    sid: str
    name: str
    dn: str
    controller: bool | None
    actor_sid: str | None
    actor: str | None
    actor_kind: str | None
    actor_admin: bool | None


@derived("directory.constrained_delegation")
def constrained(
    user: Sequence[DirectoryUser],
    computer: Sequence[ComputerAccount],
    managed: Sequence[ManagedAccount],
    controller: Sequence[DomainController],
) -> Iterator[ConstrainedDelegation]:
    """Of accounts that have such a service, or of which that cannot be told."""
    hosts = {c.name.lower() for c in controller} | {(c.host or c.name).lower() for c in controller}
    hosts |= {c.name.lower() for c in computer if c.role == "controller"}
    for u in user:
        services = u.delegates_to or (() if u.enabled is not None else None)
        yield from _constrained(u, "user", services, hosts, u.protocol_transition)
    for c in computer:
        yield from _constrained(c, "computer", c.delegates_to, hosts, c.protocol_transition)
    for m in managed:
        yield from _constrained(m, "managed", m.delegates_to, hosts, m.protocol_transition)


def _constrained(
    a: DirectoryUser | ComputerAccount | ManagedAccount,
    kind: Kind,
    services: tuple[str, ...] | None,
    hosts: set[str],
    transition: bool | None,
) -> Iterator[ConstrainedDelegation]:
    for s in (None,) if services is None else services:
        yield ConstrainedDelegation(
            sid=a.sid,
            name=a.name,
            dn=a.dn,
            kind=kind,
            enabled=a.enabled,
            service=s,
            controller=None if s is None else _host(s) in hosts,
            transition=transition,
        )


def _host(service: str) -> str:
    """The host of class/host:port/service (MS-ADTS 5.1.1.2, RFC 4120 6.2).

    >>> _host("MSSQLSvc/srv-sql.corp.example:1433")
    'srv-sql.corp.example'
    """
    return service.partition("/")[2].partition("/")[0].partition(":")[0].lower()


@derived("directory.resource_delegation")
def resource_based(
    domain: Sequence[Domain],
    group: Sequence[DirectoryGroup],
    membership: Sequence[DirectoryMembership],
    user: Sequence[DirectoryUser],
    computer: Sequence[ComputerAccount],
    managed: Sequence[ManagedAccount],
    trust: Sequence[Trust],
) -> Iterator[ResourceDelegation]:
    who = people(domain, group, membership, user, computer, managed, trust)
    controllers = {c.sid: c.role == "controller" for c in computer if c.role is not None}
    accounts: list[DirectoryUser | ComputerAccount | ManagedAccount] = [*user, *computer, *managed]
    for a in accounts:
        is_one = controllers.get(a.sid) if isinstance(a, ComputerAccount) else False
        for actor in (None,) if a.actors is None else a.actors:
            j = who.judge(actor) if actor is not None else None
            yield ResourceDelegation(
                sid=a.sid,
                name=a.name,
                dn=a.dn,
                controller=is_one,
                actor_sid=actor,
                actor=j.name if j else None,
                actor_kind=j.kind if j else None,
                actor_admin=j.admin if j else None,
            )
