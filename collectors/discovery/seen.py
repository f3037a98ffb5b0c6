"""What can be seen of a device without logging in to it. Its name and its products are what it says of itself: a claim, no proof."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from auditkit.model import Ident, fact


@fact(key=("address",), about="other")
class SeenDevice:
    """A device that answered at an address: a port, or ARP. Behind a router, one whose firewall drops everything is not among them.

    mac: as the neighbour table of the asking machine has it; None = not on the same wire. own_mac: the same where it answers for
    this address alone ("" for a router that answers for others, proxy ARP). name: the best there is, name_from: smb, snmp, ptr,
    tls, "". fqdn: only where the device itself says it is a member of a domain (a name without a domain is no identity: images
    are cloned). domain: of Windows, DNS form where told. os_guess: "" = nothing pointed anywhere. kind: windows, samba, linux, bsd,
    routeros, cisco, network, esxi, proxmox, printer, camera, pbx, nas, "" = not known. roles: what the open ports look like.
    ports: open ones; refused, silent, barred: how many others. barred ones were kept off by a firewall. ptr: names in DNS, () =
    none, None = could not be asked. description: sysDescr, None = not asked or no answer.
    """

    address: Annotated[str, Ident("address")]
    mac: str | None
    own_mac: Annotated[str, Ident("mac")]
    name: str
    name_from: str
    fqdn: Annotated[str, Ident("fqdn")]
    domain: str
    os_guess: str
    kind: str
    roles: tuple[str, ...]
    ports: tuple[int, ...]
    refused: int
    silent: int
    barred: int
    ptr: tuple[str, ...] | None
    description: str | None


@fact(key=("address", "port"), about="other")
class SeenService:
    """An open TCP port and what it said of itself.

    service: what usually answers on that port. product, version, banner: "" = it said nothing that is known; dates and nonces are
    cut out of the banner. tls: it spoke TLS; None = was not asked. tls_version, tls_names, certificate_sha256, issuer, not_after,
    self_signed: of the certificate it showed, None = none was seen. unread: why what it said could not be read, "" = it could.
    """

    address: Annotated[str, Ident("address")]
    port: int
    service: str
    product: str
    version: str
    banner: str
    tls: bool | None
    tls_version: str | None
    tls_names: tuple[str, ...] | None
    certificate_sha256: str | None
    issuer: str | None
    not_after: datetime | None
    self_signed: bool | None
    unread: str


@fact(key=("address",), about="other")
class SeenSmb:
    """What an SMB server tells anybody (MS-SMB2 2.2.4, MS-NLMP 2.2.1.2).

    One row for every open port 445; None = it said nothing that could be read. dialect: 2.0.2 ... 3.1.1, the best that both
    speak. signing: required, enabled, none. smb1: it still speaks the old dialect. computer, workgroup: NetBIOS names; dns_name,
    dns_domain, forest: "" = not told. build: of Windows (10.0.17763); "" where the server is no Windows, or told none. samba: it is
    Samba or a relative of it.
    """

    address: Annotated[str, Ident("address")]
    dialect: str | None
    signing: str | None
    smb1: bool | None
    computer: str | None
    workgroup: str | None
    dns_name: str | None
    dns_domain: str | None
    forest: str | None
    build: str | None
    samba: bool | None
