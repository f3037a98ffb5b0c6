"""Facts about MikroTik RouterOS: what its export and its own commands tell. An export names only what differs from the default."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from auditkit.model import Ident, Secret, fact


@fact()
class RouterDevice:
    """The device. version: of RouterOS; major: its first number; number: 6.49.10 as 6049010, 7.12 as 7012000, to compare.

    channel: stable, long-term..., "" = not told. board: name of the hardware, CHR, x86.
    """

    version: str
    major: int
    number: int
    channel: str
    board: str
    architecture: str
    uptime_s: int
    cpu_load: int | None
    free_memory: int | None
    total_memory: int | None
    free_disk: int | None
    total_disk: int | None


@fact()
class RouterBoard:
    """The board. serial: "" = it is none of MikroTik. firmware, upgrade: of its boot loader, and which one RouterOS brings along."""

    routerboard: bool
    model: str
    serial: Annotated[str, Ident("serial")]
    firmware: str
    upgrade: str


@fact()
class RouterName:
    """What the router is called."""

    name: str


@fact()
class RouterExport:
    """What an export says of itself. items: commands in it. board_serial: "" = not told (CHR and x86 have none)."""

    version: str
    major: int
    model: str
    board_serial: Annotated[str, Ident("serial")]
    software_id: str
    items: int


@fact(key=("name",))
class RouterService:
    """A service of `/ip service`, with the defaults of its version where the export names none.

    clear: whether passwords go over it in clear. addresses: from where it may be used, () = from everywhere.
    """

    name: str
    port: int
    enabled: bool
    clear: bool
    addresses: tuple[str, ...]


@fact(key=("name",))
class RouterSwitch:
    """Something that is on or off, or a list of interfaces that something works on; defaults filled in.

    value: as RouterOS writes it. exposed: whether that is open to attacks as it stands (a resolver for everybody, a proxy, UPnP,
    neighbour discovery or MAC access on every interface...).
    """

    name: Literal[
        "dns for others", "socks", "web proxy", "upnp", "bandwidth server", "mac telnet", "mac winbox", "mac ping", "neighbour discovery",
        "romon", "cloud ddns", "strong ssh", "ntp client", "snmp", "pptp server", "l2tp server", "sstp server", "ovpn server", "smb",
    ]  # fmt: skip
    value: str
    exposed: bool
    is_default: bool


@fact(key=("chain", "number"))
class RouterRule:
    """A rule of the packet filter that is not disabled. chain: table and chain (filter input, nat dstnat). number: its place there.

    unlimited: it names nothing that a packet must be (but its chain). wan: of packets that come in from the internet, as far as the
    rule says by interface or list; None = the router does not tell which interfaces those are.
    """

    chain: str
    number: int
    action: str
    protocol: str
    dst_port: str
    in_interface: str
    src: str
    to_address: str
    to_ports: str
    states: tuple[str, ...]
    unlimited: bool
    wan: bool | None
    comment: str


@fact(key=("interface",))
class RouterWan:
    """An interface towards the internet. known_by: list WAN, dhcp client, pppoe client, default route, public address..."""

    interface: str
    known_by: str


@fact(key=("chain",))
class RouterChain:
    """What a chain does with packets from the internet that no rule before accepted. drops: it drops them; None = cannot be told.

    rules: how many are on.
    """

    chain: Literal["filter input", "filter forward"]
    rules: int
    drops: bool | None


@fact(key=("kind", "name"))
class RouterJob:
    """A script or a job of the scheduler. fetches: it loads something from elsewhere; runs: it imports or runs text it has made.

    saves: it writes an export or a backup. interval: "" = only at its time or at start-up.
    """

    kind: Literal["script", "scheduler", "netwatch"]
    name: str
    enabled: bool
    interval: str
    fetches: bool
    runs: bool
    saves: bool
    owner: str


@fact(key=("name",))
class RouterPppSecret:
    """An account for VPN or PPPoE clients. service: any, pptp, l2tp, sstp, ovpn, pppoe. secret: its print; None = the export hides it."""

    name: str
    service: str
    profile: str
    enabled: bool
    secret: Secret | None
    comment: str


@fact(key=("name",))
class RouterUser:
    """An account of the router itself. addresses: from where it may log in, () = from everywhere. last: last login."""

    name: str
    group_name: str
    enabled: bool
    addresses: tuple[str, ...]
    last: datetime | None
    comment: str


@fact(key=("kind", "name"))
class RouterCrypto:
    """A proposal or profile of IPsec, and what is weak in it: des, 3des, md5, modp1024..., pfs none."""

    kind: Literal["proposal", "profile"]
    name: str
    enabled: bool
    weak: tuple[str, ...]


@fact(key=("name",))
class RouterWifi:
    """A security profile of wireless interfaces. open: no key at all; weak: WEP, WPA1, TKIP. wps: a button lets anybody in."""

    name: str
    open: bool
    weak: tuple[str, ...]
    wps: bool | None
    used: bool


@fact(key=("target", "topics"))
class RouterLogging:
    """Where messages go. remote: an address, "" = into the router's memory or on its disk."""

    topics: str
    target: str
    remote: str


@fact(key=("place",))
class RouterCommunity:
    """An SNMP community. place: its place in the list; community: its print. public: it has a name that everybody tries.

    writes: may change. addresses: () = everywhere. security: none, authorized, private (SNMP v3).
    """

    place: int
    community: Secret
    public: bool
    writes: bool
    addresses: tuple[str, ...]
    security: str
