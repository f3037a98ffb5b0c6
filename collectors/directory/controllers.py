"""Controllers: what sites, their computer accounts and their directory services say; put together for the domain that was asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from auditkit.ldif import Entry, entries
from auditkit.model import fact
from auditkit.model.shared.directory import Domain, DomainController
from auditkit.probing import NotUnderstood, Reply, Search, derived, probe

from ._names import dns_name, hidden, label, parent, same
from ._values import bit, default

GLOBAL_CATALOG, NO_INBOUND, NO_OUTBOUND = 1, 2, 4  # MS-ADTS 6.1.1.2.2.1.2.1.1 options of nTDSDSA
ACCOUNT_DISABLED = 2  # MS-ADTS 2.2.16
DELEGATED = "CN=NTDS Settings,"


@fact(key=("dn",))
class SiteServer:
    """A server object below a site. agent: it has (or had) a directory service; its own row then is a `DirectoryAgent`."""

    dn: str
    name: str
    site: str
    host: str | None
    account_dn: str | None


@fact(key=("dn",))
class DirectoryAgent:
    """The directory service of a server (nTDSDSA): in the whole forest. domain_dn: the domain that it holds, "" = it names
    none; None = may not be read."""

    dn: str
    server_dn: str
    guid: str | None
    read_only: bool | None
    domain_dn: str | None
    level: int | None
    global_catalog: bool | None
    inbound_off: bool | None
    outbound_off: bool | None
    created: datetime | None


@fact(key=("dn",))
class ControllerAccount:
    """The computer account of a controller of this domain. os, os_version: "" = it says none."""

    dn: str
    name: str | None
    host: str | None
    sid: str | None
    os: str | None
    os_version: str | None
    enabled: bool | None
    last_logon: datetime | None
    password_set: datetime | None


@fact(key=("name",))
class RodcPolicy:
    """Whose passwords a read-only controller may keep. allowed, denied: names (DN) of groups and accounts. manager: DN, "" = none.

    kept: accounts whose passwords it has or had (msDS-RevealedUsers), as names; None = may not be read.
    """

    name: str
    allowed: tuple[str, ...] | None
    denied: tuple[str, ...] | None
    manager: str | None


@probe(
    "directory.servers",
    Search(
        "CN=Sites,{configuration}",
        "(|(objectClass=server)(objectClass=nTDSDSA))",
        (
            "objectClass", "instanceType", "dNSHostName", "serverReference", "objectGUID", "options", "msDS-Behavior-Version",
            "msDS-HasDomainNCs", "msDS-hasMasterNCs", "hasMasterNCs", "msDS-hasFullReplicaNCs", "whenCreated",
        ),
    ),
    on=("directory",),
)  # fmt: skip
def servers(reply: Reply) -> Iterator[SiteServer | DirectoryAgent]:
    for e in entries(reply.stdout):
        classes = {c.lower() for c in e.all("objectClass")}
        if b"server" in classes:
            yield SiteServer(
                dn=e.dn,
                name=label(e.dn),
                site=label(e.dn, 2),
                host=e.text("dNSHostName"),
                account_dn=e.text("serverReference"),
            )
        else:
            yield _agent(e, b"ntdsdsaro" in classes)


def _agent(e: Entry, read_only: bool) -> DirectoryAgent:
    options = default(e, "options", 0)
    domains = [d for n in ("msDS-HasDomainNCs", "msDS-hasFullReplicaNCs", "msDS-hasMasterNCs", "hasMasterNCs") for d in e.texts(n)]
    return DirectoryAgent(
        dn=e.dn,
        server_dn=parent(e.dn),
        guid=e.guid(),
        read_only=read_only,
        domain_dn=next((d for d in domains if d.upper().startswith("DC=") and not _application(d)), None if hidden(e) else ""),
        level=default(e, "msDS-Behavior-Version", 0),
        global_catalog=bit(options, GLOBAL_CATALOG),
        inbound_off=bit(options, NO_INBOUND),
        outbound_off=bit(options, NO_OUTBOUND),
        created=e.moment("whenCreated"),
    )


def _application(dn: str) -> bool:
    """Partitions of DNS are no domains; others of applications stand behind the domain in the list."""
    return dn.upper().startswith(("DC=DOMAINDNSZONES,", "DC=FORESTDNSZONES,"))


@probe(
    "directory.controller_accounts",
    Search(
        "{domain}",
        "(&(objectCategory=computer)(|(primaryGroupID=516)(primaryGroupID=521)))",
        (
            "instanceType", "sAMAccountName", "dNSHostName", "objectSid", "operatingSystem", "operatingSystemVersion", "userAccountControl",
            "lastLogonTimestamp", "pwdLastSet", "primaryGroupID", "msDS-RevealOnDemandGroup", "msDS-NeverRevealGroup", "managedBy",
        ),
    ),
    on=("directory",),
)  # fmt: skip
def controller_accounts(reply: Reply) -> Iterator[ControllerAccount | RodcPolicy]:
    for e in entries(reply.stdout):
        control, name = e.number("userAccountControl"), (e.text("sAMAccountName") or "").removesuffix("$")
        yield ControllerAccount(
            dn=e.dn,
            name=name or None,
            host=e.text("dNSHostName"),
            sid=e.sid(),
            os=e.text("operatingSystem") or "",
            os_version=e.text("operatingSystemVersion") or "",
            enabled=None if control is None else not control & ACCOUNT_DISABLED,
            last_logon=e.filetime("lastLogonTimestamp"),
            password_set=e.filetime("pwdLastSet"),
        )
        if e.number("primaryGroupID") == 521:  # Read-only Domain Controllers
            allowed, denied = (None if hidden(e) else e.texts(n) for n in ("msDS-RevealOnDemandGroup", "msDS-NeverRevealGroup"))
            yield RodcPolicy(name=name or label(e.dn), allowed=allowed, denied=denied, manager=e.text("managedBy") or "")


@derived("directory.controllers")
def controllers(
    domain: Domain, server: Sequence[SiteServer], agent: Sequence[DirectoryAgent], account: Sequence[ControllerAccount]
) -> Iterator[DomainController]:
    """Servers of this domain that have a directory service. Raises NotUnderstood where one was asked and none is found, and
    (after the others) for a directory service that hides whose it is: it may be one of this domain."""
    found = False
    servers_by, accounts = {s.dn.casefold(): s for s in server}, {a.dn.casefold(): a for a in account}
    for a in agent:
        if domain.dn is None or not same(a.domain_dn or "", domain.dn):
            continue
        s = servers_by[a.server_dn.casefold()]
        found = True
        yield _controller(s, a, accounts.get((s.account_dn or "").casefold()))
    unseen = sorted(label(a.server_dn) for a in agent if a.domain_dn is None)
    if found and unseen:
        raise NotUnderstood(f"which domain {', '.join(unseen)} is a controller of may not be read")
    if not found:
        raise NotUnderstood(f"no controller of {dns_name(domain.dn or '')} among the {len(agent)} of the forest that may be read")


def _controller(s: SiteServer, a: DirectoryAgent, account: ControllerAccount | None) -> DomainController:
    return DomainController(
        name=s.name,
        host=s.host,
        site=s.site,
        os=account.os if account else None,
        os_version=account.os_version if account else None,
        global_catalog=a.global_catalog,
        read_only=bool(a.read_only),
        level=a.level,
        inbound_off=a.inbound_off,
        outbound_off=a.outbound_off,
        account=account is not None,
        enabled=account.enabled if account else None,
        last_logon=account.last_logon if account else None,
        password_set=account.password_set if account else None,
        created=a.created,
    )
