"""Facts about services: certificates, sites, databases, mail, monitoring, logs, remote access, directory membership."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from auditkit.model import Secret, fact


@fact(key=("source", "fingerprint_sha256"))
class Certificate:
    """An X.509 certificate, in a file or shown by a port.

    source: path, or address:port. position: 0 = the leaf, then its chain in order. subject, issuer: RFC 4514. names: DNS names
    and addresses it is good for. fingerprint_sha256, serial_number: lower-case hex. key_bits: None where the kind of key has none.
    in_use: True = a port showed it; None = a file does not tell.
    """

    source: str
    position: int
    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    self_signed: bool
    ca: bool
    fingerprint_sha256: str
    serial_number: str
    key_kind: str
    key_bits: int | None
    signature_hash: str
    in_use: bool | None


@fact(key=("name",))
class SshdSetting:
    """A setting of the SSH server as it works, for root from outside. Names in lower case; several values: comma between."""

    name: str
    value: str


@fact(key=("engine", "instance"))
class Database:
    """A database server. version: "" = it does not tell. instance: cluster or data folder; "" = the only one.

    port: None = not told, 0 = no TCP.

    state: running, stopped; None = this probe cannot tell.
    """

    engine: str
    version: str
    instance: str
    port: int | None
    data_dir: str | None
    state: Literal["running", "stopped"] | None


@fact(key=("engine", "instance", "setting", "value"))
class DatabaseExposure:
    """Who may reach a database server and with what proof. by_default: nothing was written, the product's own value counts.

    Settings: listen (each address), password (set, not set, USER: not set), authorization, tls, open_rule and cleartext_rule (a
    rule that lets clients of the network in unproved, or anybody by a password in clear), and the product's own words (pg_hba rule).
    """

    engine: str
    instance: str
    setting: str
    value: str
    by_default: bool


@fact(key=("server", "config_file", "name", "listen", "root"))
class WebSite:
    """A site of a web server. name: its first name, "" = none; names: all. root, tls: None = not told there.

    listen: addresses and ports as written. upstreams: where requests go on to. certificate: file, "" = none.
    """

    server: str
    name: str
    names: tuple[str, ...]
    listen: tuple[str, ...]
    root: str | None
    tls: bool | None
    certificate: str
    upstreams: tuple[str, ...]
    config_file: str


@fact(key=("product",))
class MailService:
    """A mail server. relay: next host for everything, "" = it delivers by itself. networks: who may send through it unasked.

    listen: addresses or interfaces, () = all or not told. tls: as the product says it, "" = off. "" elsewhere = not told.
    """

    product: str
    version: str
    hostname: str
    relay: str
    networks: tuple[str, ...]
    domains: tuple[str, ...]
    listen: tuple[str, ...]
    protocols: tuple[str, ...]
    tls: str


@fact(key=("product",))
class MonitoringAgent:
    """An agent that tells somebody else about this host. servers: whom it asks or lets ask; active: it runs now."""

    product: str
    servers: tuple[str, ...]
    active: bool
    config: tuple[str, ...]


@fact(key=("config_file", "line"))
class SnmpCommunity:
    """A community of SNMP v1/v2c. well_known: it is public or private. rights: ro, rw, "" = not told there.

    sources: who may ask; () = everybody.
    """

    config_file: str
    line: int
    community: Secret
    well_known: bool
    rights: str
    sources: tuple[str, ...]


@fact(key=("name", "rights"))
class SnmpUser:
    """A user of SNMP v3. level: noauth, auth, priv."""

    name: str
    rights: str
    level: str


@fact(key=("daemon",))
class LogDaemon:
    """A log daemon with its configuration. persistent: it keeps logs over a restart; None = not told there."""

    daemon: str
    persistent: bool | None


@fact(key=("daemon", "target", "protocol"))
class LogForwarding:
    """Where a log daemon sends on. target: host or host:port, or a URL. source: the file that says so."""

    daemon: str
    target: str
    protocol: str
    source: str


@fact(key=("config_file", "paths"))
class LogRotation:
    """What logrotate turns over. frequency: daily, weekly, monthly, yearly, size, "" = by default of the tool; keep: None = not told."""

    config_file: str
    paths: tuple[str, ...]
    frequency: str
    keep: int | None


@fact(key=("tool",))
class BruteForceGuard:
    """A guard against guessing of passwords. jails: what it watches."""

    tool: str
    active: bool
    jails: tuple[str, ...]


@fact(key=("product",))
class RemoteControl:
    """A program that lets somebody in from outside, or the remains of one. evidence: files, units and processes; running: now."""

    product: str
    evidence: tuple[str, ...]
    running: bool


@fact(key=("kind", "name", "peer"))
class VpnTunnel:
    """A tunnel or one peer of it. role: server, client, peer. networks: what is reached through it. active: None = not told."""

    kind: Literal["wireguard", "openvpn", "ipsec"]
    name: str
    role: str
    peer: str
    endpoint: str
    networks: tuple[str, ...]
    active: bool | None
    config: str


@fact(key=("domain", "how"))
class DomainMembership:
    """The directory this host belongs to. domain: DNS name in lower case. how: sssd, samba, realmd, ipa, ... which said so."""

    domain: str
    how: str
    provider: str


@fact(key=("product", "subnet", "begins"))
class DhcpRange:
    """A range of addresses that a DHCP server gives away; begins, ends: "" = fixed addresses only."""

    product: str
    subnet: str
    begins: str
    ends: str
    routers: tuple[str, ...]
    servers: tuple[str, ...]


@fact(key=("product",))
class DnsServer:
    """A DNS server's settings. forwarders: () = it asks the roots. recursion_for: who may ask for foreign names; None = not told."""

    product: str
    listen: tuple[str, ...]
    forwarders: tuple[str, ...]
    recursion: bool | None
    recursion_for: tuple[str, ...] | None
    transfer_to: tuple[str, ...] | None


@fact(key=("product", "name"))
class DnsZone:
    """A zone that a DNS server answers for. kind: primary, secondary, forward, stub, hint. masters: whence it is taken."""

    product: str
    name: str
    kind: str
    masters: tuple[str, ...]
    file: str
    transfer_to: tuple[str, ...] | None
