"""DHCP servers that the forest lets serve (MS-DHCPM, 2.2 and the CN=NetServices container)."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.ldif import entries
from auditkit.model import fact
from auditkit.probing import NotUnderstood, Reply, Search, probe

from ._names import hidden, label


@fact(key=("name", "address"))
class AuthorisedDhcp:
    """A server that was authorised. name: in lower case. address: "" = not told; None = the object may not be read."""

    name: str
    address: str | None


@probe(
    "directory.dhcp",
    Search("CN=NetServices,CN=Services,{configuration}", "(|(dhcpServers=*)(!(name=DhcpRoot)))", ("instanceType", "dhcpServers"), "one"),
    on=("directory",),
)
def dhcp(reply: Reply) -> Iterator[AuthorisedDhcp]:
    """CN=DhcpRoot is the list itself: since 2003 each server has an object of its own, older ones stand in it alone."""
    seen: set[tuple[str, str | None]] = set()
    for e in entries(reply.stdout):
        servers: list[tuple[str, str | None]] = [_server(s) for s in e.texts("dhcpServers")]
        if hidden(e):
            servers = [(label(e.dn).lower(), None)]
        elif not servers:
            servers = [(label(e.dn).lower(), "")]
        for name, address in servers:
            if (name, address) not in seen:
                seen.add((name, address))
                yield AuthorisedDhcp(name=name, address=address)


def _server(text: str) -> tuple[str, str]:
    """i10.0.0.5$rcn=dhcp.corp.example$f0x00000000$s -> name, address."""
    parts = {p[0]: p[1:] for p in text.split("$") if p}
    if "i" not in parts or not parts.get("r", "").lower().startswith("cn="):
        raise NotUnderstood(f"dhcpServers {text!r} names no address and server")
    return parts["r"][3:].lower(), parts["i"]
