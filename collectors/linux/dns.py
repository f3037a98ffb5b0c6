"""Name servers on this host: BIND (named-checkconf(8) -px, secrets crossed out by itself), Unbound, dnsmasq."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.services import DnsServer, DnsZone
from auditkit.probing import NotUnderstood, Reply, Shell, probe

from ._nginx import Directive, parse
from ._readings import NO_FILE, grepped, option

_KINDS = {"master": "primary", "slave": "secondary"}


@probe("linux.bind", Shell("named-checkconf -px", root=True), secret=True, missing="no BIND here")
def bind(reply: Reply) -> Iterator[DnsServer | DnsZone]:
    """The whole configuration in canonical form: words and braces as in nginx, every block ended by a semicolon too."""
    root = parse(re.sub(r"\}\s*;", "}", reply.text))
    options = next(iter(root.all("options")), Directive("options", ()))
    yield DnsServer(
        product="bind",
        listen=_members(options, "listen-on") + _members(options, "listen-on-v6"),
        forwarders=_members(options, "forwarders"),
        recursion=options.first("recursion") != ("no",),
        recursion_for=_members(options, "allow-recursion") or ("localhost", "localnets"),
        transfer_to=_members(options, "allow-transfer") or _none_by_version(options),
    )
    views = [root, *root.all("view")]
    zones = [z for view in views for z in view.all("zone")]
    yield from dict.fromkeys(z for z in map(_zone, zones) if z.kind != "hint")


def _none_by_version(options: Directive) -> tuple[str, ...] | None:
    """Not written: everybody before BIND 9.20, nobody since; which one it is, the configuration does not say."""
    return () if options.all("allow-transfer") else None


def _members(block: Directive, name: str) -> tuple[str, ...]:
    """`name { a; b; }` -> (a, b)."""
    return tuple(" ".join((d.name, *d.args)) for found in block.all(name) for d in found.body)


def _zone(zone: Directive) -> DnsZone:
    kind = (zone.first("type") or ("",))[0]
    return DnsZone(
        product="bind",
        name=zone.args[0].rstrip(".").lower() or ".",
        kind=_KINDS.get(kind, kind),
        masters=_members(zone, "masters") or _members(zone, "primaries") or _members(zone, "forwarders"),
        file=(zone.first("file") or ("",))[0],
        transfer_to=_members(zone, "allow-transfer") or None,
    )


@probe(
    "linux.unbound",
    Shell("find /etc/unbound -maxdepth 2 -name '*.conf' -exec grep -HE '^[[:space:]]*[^#[:space:]]' '{}' +", root=True),
    secret=True,
    codes=(0, 1),
    harmless=rf"^find: .*{NO_FILE}",
    no_file="no Unbound here",
)
def unbound(reply: Reply) -> Iterator[DnsServer]:
    """unbound.conf(5): `name: value`; access-control: NET allow; forward-addr within forward-zone."""
    named: dict[str, list[str]] = {}
    for _, said in grepped(reply):
        name, value = option(said)
        if not name:
            raise NotUnderstood("a line that is no setting")
        named.setdefault(name, []).append(value)
    allowed = [a.split()[0] for a in named.get("access-control", []) if "allow" in a.split()[-1]]
    yield DnsServer(
        product="unbound",
        listen=tuple(named.get("interface", ("127.0.0.1", "::1"))),
        forwarders=tuple(named.get("forward-addr", ())),
        recursion=True,
        recursion_for=tuple(allowed) or ("localhost",),
        transfer_to=(),
    )


@probe(
    "linux.dnsmasq",
    Shell(
        "find /etc/dnsmasq.conf /etc/dnsmasq.d -maxdepth 1 -type f"
        " -exec grep -HE '^[[:space:]]*(server|interface|listen-address|port|no-resolv|bind-interfaces|dhcp-range)' '{}' +",
        root_helps=True,
    ),
    codes=(0, 1),
    harmless=rf"^find: .*{NO_FILE}",
    no_file="no dnsmasq configuration here",
)
def dnsmasq(reply: Reply) -> Iterator[DnsServer | DnsZone]:
    """server=ADDRESS forwards everything, server=/domain/ADDRESS one domain; without either it asks resolv.conf's servers."""
    named: dict[str, list[str]] = {}
    for _, said in grepped(reply):
        name, _, value = said.partition("=")
        named.setdefault(name.strip(), []).append(value.strip())
    servers = named.get("server", [])
    yield DnsServer(
        product="dnsmasq",
        listen=tuple(named.get("listen-address", named.get("interface", ()))),
        forwarders=tuple(s for s in servers if not s.startswith("/")),
        recursion=named.get("port") != ["0"],
        recursion_for=None,
        transfer_to=(),
    )
    for server in servers:
        *domains, address = server.split("/")[1:] if server.startswith("/") else [""]
        for domain in domains:
            yield DnsZone(product="dnsmasq", name=domain.lower(), kind="forward", masters=(address,), file="", transfer_to=())
