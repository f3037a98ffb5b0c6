"""Facts that a configuration of a switch, router or firewall tells. What it does not name has its default, where that is known; else None."""

from __future__ import annotations

from typing import Literal

from auditkit.model import Secret, fact


@fact()
class RunningConfig:
    """What a device runs. version: as the configuration names it ("15.2"), "" = not named; major: its first number, 0 = not named.

    body: keyed print of what it says, without comments, times and certificates, to compare with what is saved. changed, changed_by:
    the last change as the device writes it, "" = not told. switching, routing: it has ports of a switch; it has a routing protocol.
    """

    hostname: str
    version: str
    major: int
    lines: int
    body: str
    changed: str
    changed_by: str
    switching: bool


@fact()
class StartupConfig:
    """What a device starts with. stored: keyed print as RunningConfig.body; "" = nothing is saved."""

    stored: str


@fact(key=("name",))
class ConfigSetting:
    """One thing that is set for the whole device. active: it is in force; None = the configuration does not name it and its default
    differs between versions. value: what is set, "" = nothing more than that.
    """

    name: str
    active: bool | None
    value: str


@fact(key=("kind", "name", "level"))
class ConfigUser:
    """A password that somebody logs in with: of a user, or of `enable` (name "").

    how: secret (a hash), password (reversible or clear), key, none. algorithm: type digit, "" = clear. guessed: it is one of the words
    that are tried first; None = what it means cannot be seen.
    """

    kind: Literal["user", "enable"]
    name: str
    level: int
    how: Literal["secret", "password", "key", "none"]
    algorithm: str
    guessed: bool | None
    secret: Secret | None


@fact(key=("name",))
class ConfigLine:
    """A range of lines ("vty 0 4"). telnet: it lets telnet in; None = not named, and the default differs between versions.

    access_class: its access list, "" = none. timeout_s: seconds of silence until it ends, 0 = never. login: none (nobody is asked),
    password (of the line), local, aaa. execs: one can work on it.
    """

    name: str
    kind: Literal["con", "aux", "vty", "tty"]
    telnet: bool | None
    inputs: tuple[str, ...]
    access_class: str
    acl_defined: bool
    timeout_s: int
    login: Literal["none", "password", "local", "aaa"]
    execs: bool
    secret: Secret | None


@fact(key=("place",))
class ConfigCommunity:
    """A community of SNMP v1 and v2c. acl: "" = everybody may ask. acl_defined: its list exists (True where there is none)."""

    place: int
    community: Secret
    well_known: bool
    writes: bool
    acl: str
    acl_defined: bool


@fact(key=("name",))
class ConfigSnmpGroup:
    """A group of SNMP v3. level: noauth, auth, priv."""

    name: str
    level: str


@fact(key=("kind", "name"))
class ConfigStructure:
    """Something that has a name and is used by it: access list, route map, prefix list, class map, policy map.

    defined: it exists. used: something names it. places: where, as words of the configuration.
    """

    kind: Literal["access list", "route map", "prefix list", "class map", "policy map", "key chain"]
    name: str
    defined: bool
    used: bool
    places: tuple[str, ...]


@fact(key=("acl", "number"))
class AccessEntry:
    """A line of an access list. everything: it lets all packets through. hidden_by: number of an earlier line that meets all it would
    meet, 0 = none; None = cannot be told. logs: it logs. last: it is the last one."""

    acl: str
    number: int
    action: Literal["permit", "deny"]
    everything: bool
    hidden_by: int | None
    logs: bool
    filters: bool


@fact(key=("name",))
class ConfigInterface:
    """An interface. mode: access, trunk, dynamic (it lets the other end decide), routed, "" = neither (a VLAN, loopback, tunnel).

    allowed: VLANs of a trunk, "" = all. edge: it faces the outside (outside of NAT, or a public address). guarded: BPDU guard is on.
    port_macs: most addresses of port security, 0 = off.
    """

    name: str
    kind: Literal["port", "vlan", "loopback", "tunnel", "channel", "other"]
    up: bool
    description: str
    addresses: tuple[str, ...]
    mode: Literal["access", "trunk", "dynamic", "routed", ""]
    access_vlan: str
    native_vlan: str
    allowed: str
    edge: bool
    nonegotiate: bool
    portfast: bool
    guarded: bool
    root_guard: bool
    storm: bool
    port_macs: int
    snooping_trust: bool
    snooping_rate: bool
    arp_trust: bool
    source_guard: bool
    ra_guard: bool
    proxy_arp: bool
    redirects: bool
    mask_reply: bool
    unreachables: bool
    directed_broadcast: bool
    cdp: bool | None
    lldp: bool
    mop: bool | None
    acl_in: str
    acl_out: str


@fact(key=("protocol", "place"))
class RoutingAuth:
    """Neighbours of a routing or redundancy protocol. authenticated: they must know a secret; None = cannot be told."""

    protocol: Literal["ospf", "eigrp", "bgp", "rip", "hsrp", "vrrp", "glbp"]
    place: str
    authenticated: bool | None


@fact(key=("kind", "name"))
class CryptoPolicy:
    """Proposals of IKE and IPsec. weak: algorithms that RFC 8221 and 8247 forbid or advise against."""

    kind: Literal["isakmp", "ikev2", "transform", "aggressive", "wildcard key"]
    name: str
    weak: tuple[str, ...]


@fact(key=("line", "number"))
class ConfigSecret:
    """A secret that the configuration holds. place: what kind of line it is. algorithm: type digit, "" = clear or not said.

    guessed: one of the words that are tried first; None = what it means cannot be seen.
    """

    line: int
    number: int
    place: str
    kind: str
    algorithm: str
    guessed: bool | None
    secret: Secret
