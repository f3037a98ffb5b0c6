"""Facts about interfaces, addresses, routes, neighbours, ports and packet filters."""

from __future__ import annotations

from typing import Annotated, Literal

from auditkit.model import Ident, fact

Family = Literal["inet", "inet6"]


@fact(key=("name",))
class Interface:
    """A network interface.

    mac: as it is now, lower case with colons; "" where it has none. hardware_mac: burnt in (or given to a virtual machine) and
    so an identity; "" for loopback, bridges, containers and every other interface without hardware. speed_mbps: megabit/s, 0
    where there is no such thing; None while there is no link. kind: ethernet, wlan, loopback, bridge, bond, vlan, veth, tun...
    master: the bridge or bond it belongs to, else "".
    """

    name: str
    mac: str
    hardware_mac: Annotated[str, Ident("mac")]
    up: bool | None
    mtu: int | None
    speed_mbps: int | None
    duplex: str | None
    kind: str
    master: str


@fact(key=("interface", "address", "prefix"))
class Address:
    """An address of an interface.

    host_address: the same where it identifies this host; "" for loopback, link-local, container bridges, temporary addresses.
    dynamic: it came with a lease or by router advertisement; None: this way of asking does not tell.
    """

    interface: str
    address: str
    prefix: int
    family: Family
    scope: str
    dynamic: bool | None
    host_address: Annotated[str, Ident("address")]


@fact(key=("family", "destination", "gateway", "interface", "metric"))
class Route:
    """A route of the main table. destination: "default" or a network; gateway: "" = on link; metric: 0 = none given.

    kind: unicast, blackhole, unreachable, prohibit. origin: who made it (kernel, dhcp, static, bird...), "" = not told.
    """

    destination: str
    gateway: str
    interface: str
    metric: int
    family: Family
    kind: str
    origin: str


@fact(key=("position",))
class Resolver:
    """A DNS server that this host asks, in order from 1. stub: it is reached through a cache on this host."""

    server: str
    position: int
    stub: bool


@fact(key=("domain",))
class SearchDomain:
    """A domain appended to short names, in order from 1."""

    domain: str
    position: int


@fact(key=("interface", "ip"), about="other")
class Neighbour:
    """Somebody on the same wire, from the ARP or the neighbour discovery table.

    ip: as the table has it; address: the same where it identifies somebody ("" for link-local ones, and where nobody answered).
    state: seen, permanent, noarp, failed (asked for and did not answer: no mac). name: "" = not told.
    """

    mac: Annotated[str, Ident("mac")]
    address: Annotated[str, Ident("address")]
    ip: str
    name: str
    interface: str
    source: Literal["arp", "ndp"]
    state: str


@fact(key=("local_interface", "chassis", "port"), about="other")
class LldpNeighbour:
    """What a switch or another host says of itself at the other end of the cable (IEEE 802.1AB). "" = it did not say."""

    system_name: Annotated[str, Ident("fqdn")]
    chassis: str
    chassis_mac: Annotated[str, Ident("mac")]
    port: str
    port_description: str
    local_interface: str
    description: str
    management_address: Annotated[str, Ident("address")]
    vlan: int | None


@fact(key=("proto", "address", "port"))
class Listener:
    """A port that waits for others. address: "0.0.0.0" or "::" = every one; a "::" socket may serve IPv4 too.

    process: its names, comma between; None = not root, not seen; "" = the kernel itself. public: bound to more than loopback.
    interfaces: it is bound to these alone; () = to none in particular.
    """

    proto: Literal["tcp", "udp"]
    address: str
    port: int
    process: str | None = None
    public: bool
    interfaces: tuple[str, ...]


@fact(key=("proto", "remote_address", "remote_port", "process"))
class Connection:
    """An established connection of this host to a well-known service port of another (or its own): what it depends on.

    service: what usually answers on that port. process: None = not root, not seen.
    """

    proto: Literal["tcp"]
    remote_address: str
    remote_port: int
    process: str | None
    service: str


@fact(key=("tool",))
class Firewall:
    """What one tool knows of the packet filter.

    nft, iptables, ip6tables: rules = how many packets to this host may meet (chains on input and those they call; nft: of IPv4),
    without those of guards such as fail2ban; active: one of them, or the policy, stops packets. ufw, firewalld: rules = what they
    list, active = it is on. rules None = this tool does not tell.

    input_policy: what becomes of incoming packets that no rule matches: accept, drop, reject; "" = no chain for input; a last rule
    that drops everything counts as drop.
    """

    tool: Literal["nft", "iptables", "ip6tables", "ufw", "firewalld"]
    active: bool
    rules: int | None
    input_policy: str
