"""Sites, subnets, links between sites, and the connections that replication runs over."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.ldif import entries
from auditkit.model import fact
from auditkit.probing import Reply, Search, probe

from ._names import hidden, label
from ._values import bit, default

GENERATED = 1  # MS-ADTS 6.1.1.2.2.1.2.1.4 NTDSCONN_OPT_IS_GENERATED
NO_INTRASITE, NO_INTERSITE, GROUP_CACHING = 0x1, 0x10, 0x20  # MS-ADTS 6.1.1.2.2.1.1 options of nTDSSiteSettings


@fact(key=("name",))
class AdSite:
    """A site. described: its description, "" = none. All but the name None: its attributes may not be read."""

    name: str
    described: str | None


@fact(key=("site",))
class SiteSettings:
    """What the knowledge consistency checker does in a site. A site that has no such object has no row."""

    site: str
    intrasite_off: bool | None
    intersite_off: bool | None
    group_caching: bool | None
    generator: str | None


@fact(key=("subnet",))
class SiteSubnet:
    """A subnet (CIDR) and the site that its hosts are in. site: "" = none: hosts there pick any controller."""

    subnet: str
    site: str | None
    described: str | None


@fact(key=("name",))
class SiteLink:
    """What replication between sites may run over. interval_minutes: 180 where it is not set (MS-ADTS 6.1.1.2.2.2.2)."""

    name: str
    protocol: str
    cost: int | None
    interval_minutes: int | None
    sites: tuple[str, ...] | None


@fact(key=("server", "name"))
class ReplicationConnection:
    """`server` fetches changes from `source`. generated: made by the consistency checker, not by hand."""

    server: str
    name: str
    source: str | None
    generated: bool | None
    enabled: bool | None


@probe(
    "directory.sites",
    Search(
        "CN=Sites,{configuration}",
        "(|(objectClass=site)(objectClass=nTDSSiteSettings))",
        ("objectClass", "instanceType", "description", "options", "interSiteTopologyGenerator"),
    ),
    on=("directory",),
)
def sites(reply: Reply) -> Iterator[AdSite | SiteSettings]:
    for e in entries(reply.stdout):
        if b"site" in e.all("objectClass"):
            yield AdSite(name=label(e.dn), described=e.text("description") or "")
            continue
        options, generator = default(e, "options", 0), e.text("interSiteTopologyGenerator")
        yield SiteSettings(
            site=label(e.dn, 1),
            intrasite_off=bit(options, NO_INTRASITE),
            intersite_off=bit(options, NO_INTERSITE),
            group_caching=bit(options, GROUP_CACHING),
            generator=label(generator, 1) if generator else "",
        )


@probe(
    "directory.subnets",
    Search("CN=Subnets,CN=Sites,{configuration}", attributes=("instanceType", "siteObject", "description"), scope="one"),
    on=("directory",),
)
def subnets(reply: Reply) -> Iterator[SiteSubnet]:
    for e in entries(reply.stdout):
        if hidden(e):
            yield SiteSubnet(subnet=label(e.dn), site=None, described=None)
        else:
            site = e.text("siteObject")
            yield SiteSubnet(subnet=label(e.dn), site=label(site) if site else "", described=e.text("description") or "")


@probe(
    "directory.site_links",
    Search(
        "CN=Inter-Site Transports,CN=Sites,{configuration}",
        "(objectClass=siteLink)",
        ("instanceType", "cost", "replInterval", "siteList"),
    ),
    on=("directory",),
)
def site_links(reply: Reply) -> Iterator[SiteLink]:
    for e in entries(reply.stdout):
        yield SiteLink(
            name=label(e.dn),
            protocol=label(e.dn, 1),
            cost=e.number("cost"),
            interval_minutes=default(e, "replInterval", 180),
            sites=tuple(label(s) for s in e.texts("siteList")),
        )


@probe(
    "directory.connections",
    Search(
        "CN=Sites,{configuration}",
        "(objectClass=nTDSConnection)",
        ("instanceType", "fromServer", "options", "enabledConnection"),
    ),
    on=("directory",),
)
def connections(reply: Reply) -> Iterator[ReplicationConnection]:
    for e in entries(reply.stdout):
        source = e.text("fromServer")
        yield ReplicationConnection(
            server=label(e.dn, 2),
            name=label(e.dn),
            source=None if source is None else label(source, 1).split("\n")[0],
            generated=bit(default(e, "options", 0), GENERATED),
            enabled=e.truth("enabledConnection"),
        )
