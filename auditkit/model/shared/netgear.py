"""Facts about network devices (switches, routers, firewalls) that several vendors tell, each in words of its own.

Names of interfaces are long ones (GigabitEthernet1/0/1), however a command cuts them short. Addresses of cards are lower case with
colons. Interfaces' addresses are `Address`, the ARP table is `Neighbour`, routes are `Route` of `auditkit.model.shared.network`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from auditkit.model import Ident, fact


@fact()
class NetDevice:
    """The device as its `show version` tells. "" = it does not tell; None = this command of this vendor never tells.

    vendor: cisco, eltex, hp, huawei. family: ios, ios-xe, nx-os, asa, s300, mes, procurve, vrp. version: of its software, as the vendor
    writes it. hostname: its bare name. serial: of the chassis or of the first switch of a stack. base_mac: its own. image: the file it
    runs. uptime_s: seconds, right to the minute. config_register: "0x2102". reload_reason: why it started last.
    """

    vendor: str
    family: str
    model: str
    serial: Annotated[str | None, Ident("serial")]
    version: str
    hostname: str | None
    base_mac: Annotated[str | None, Ident("mac")]
    image: str | None
    uptime_s: int | None
    config_register: str | None
    reload_reason: str | None


@fact(key=("name",))
class NetPart:
    """A part with a number of its own. chassis_serial: the same where it is a chassis or a member of a stack, else ""."""

    name: str
    description: str
    model: str
    revision: str
    serial: str
    chassis_serial: Annotated[str, Ident("serial")]


@fact(key=("number",))
class StackMember:
    """A switch of a stack. role: active, standby, member. state: ready, removed, mismatch… as the device writes it, lower case."""

    number: int
    role: str
    mac: Annotated[str, Ident("mac")]
    priority: int | None
    version: str
    state: str


@fact(key=("name",))
class NetInterface:
    """An interface. admin_up: not shut down by hand; up: the line and its protocol are up; status: the device's own words.

    mac: as it is now; hardware_mac: burnt in, and so an identity ("" = none). speed_mbps: None = no link or not told; duplex: full,
    half, auto, "" = none. Counters since they were cleared; None = this command does not tell.
    """

    name: str
    description: str | None
    admin_up: bool | None
    up: bool | None
    status: str
    mac: str | None
    hardware_mac: Annotated[str | None, Ident("mac")]
    mtu: int | None
    speed_mbps: int | None
    duplex: str | None
    media: str | None
    in_errors: int | None
    crc_errors: int | None
    out_errors: int | None


@fact(key=("interface",))
class NetPort:
    """A port as a switch lists it: status connected, notconnect, disabled, err-disabled…; vlan: number, "trunk", "routed", "" = none."""

    interface: str
    description: str
    status: str
    vlan: str
    duplex: str
    speed: str
    media: str


@fact(key=("vlan",))
class NetVlan:
    """A VLAN (802.1Q). status: active, suspended… as the device writes it; interfaces: its access ports, None = not told here."""

    vlan: int
    name: str
    status: str
    interfaces: tuple[str, ...] | None


@fact(key=("interface",))
class NetSwitchport:
    """How a port is switched. mode: as set; working: what it is now; "" = not told.

    allowed: VLANs of a trunk as written ("1-4094", "10,20"), "" = none. native, access, voice: None = none or not told.
    """

    interface: str
    mode: str
    working: str
    access: int | None
    native: int | None
    voice: int | None
    allowed: str
    negotiates: bool | None


@fact(key=("interface",))
class NetTrunk:
    """A working trunk. allowed, active, forwarding: lists as the device writes them; None = that part was not printed for it."""

    interface: str
    mode: str
    encapsulation: str
    status: str
    native: int | None
    allowed: str | None
    active: str | None
    forwarding: str | None


@fact(key=("protocol", "local_interface", "device", "port", "chassis"), about="other")
class NetNeighbour:
    """What the device at the other end of a cable says of itself (IEEE 802.1AB, Cisco Discovery Protocol). "" = it did not say.

    device: the name as it came; fqdn: the same where it has a domain; bare: without the domain, lower case. chassis: as it came;
    chassis_mac: the same where it is a MAC. port: of the other device, long where it is the name of an interface.
    native, duplex: what the other end says of this link; None, "" = not said. None in the others: this command does not tell.
    """

    protocol: Literal["cdp", "lldp"]
    local_interface: str
    device: str
    fqdn: Annotated[str, Ident("fqdn")]
    bare: str
    serial: Annotated[str, Ident("serial")]
    chassis: str
    chassis_mac: Annotated[str, Ident("mac")]
    port: str
    port_description: str | None
    address: str
    host_address: Annotated[str, Ident("address")]
    platform: str | None
    description: str | None
    capabilities: str | None
    native: int | None
    duplex: str | None


@fact(key=("vlan", "mac", "interface"), about="other")
class MacEntry:
    """A card that a switch has heard on a port. device_mac: the same where it was learned from somebody (not the switch's own, no group).

    vlan: number; "" = all or none. kind: dynamic, static, secure, self…
    """

    vlan: str
    mac: str
    device_mac: Annotated[str, Ident("mac")]
    interface: str
    kind: str


@fact(key=("name",))
class PortChannel:
    """Links bundled into one (802.3ad). up: the bundle works; protocol: lacp, pagp, none, "" = not told.

    members: all; working: those that carry traffic.
    """

    name: str
    up: bool
    layer: Literal["2", "3", ""]
    protocol: str
    members: tuple[str, ...]
    working: tuple[str, ...]


@fact(key=("instance",))
class SpanningTree:
    """A spanning tree. instance: VLAN0010, MST0. protocol: ieee, rstp, mstp. root: this bridge is the root. priorities with the VLAN."""

    instance: str
    protocol: str
    root: bool
    root_priority: int
    root_mac: str
    root_port: str
    bridge_priority: int
    bridge_mac: str


@fact(key=("instance", "interface"))
class SpanningTreePort:
    """A port in a spanning tree. role: root, designated, alternate…; state: forwarding, blocking…; kind: as written ("P2p Edge")."""

    instance: str
    interface: str
    role: str
    state: str
    cost: int
    kind: str


@fact(key=("protocol", "interface", "group_number"))
class FirstHop:
    """A gateway address that several routers share (HSRP, VRRP RFC 5798). state: active, standby, master, backup, init… in lower case."""

    protocol: Literal["hsrp", "vrrp"]
    interface: str
    group_number: int
    state: str
    address: str
    priority: int | None
    preempt: bool | None
    active: str
    standby: str


@fact(key=("interface",))
class PoePort:
    """A port that can feed a device. watts: given now; device: what is fed, as the switch knows it; "" = nothing."""

    interface: str
    admin: str
    state: str
    watts: float | None
    device: str
    poe_class: str


@fact(key=("kind", "name"))
class NetEnvironment:
    """A fan, power supply or sensor. fine: the device calls it good; None = its word is not known to us. status: its word."""

    kind: Literal["fan", "power supply", "temperature"]
    name: str
    status: str
    fine: bool | None
    celsius: float | None


@fact(key=("address",))
class NtpPeer:
    """A clock that the device asks. chosen: it follows this one. reach: last eight answers as bits (0 = none came)."""

    address: str
    chosen: bool
    stratum: int
    reach: int
    offset_ms: float


@fact()
class NtpState:
    """Whether the clock follows another. stratum: 16 = it does not."""

    synchronised: bool
    stratum: int
    reference: str
