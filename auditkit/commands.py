"""What is sent: frozen values whose type says which transport carries them. Each prints itself for `auditkit probes`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal


@dataclass(frozen=True, slots=True)
class Shell:
    """A command line for a POSIX shell; the argument of an `each=` question is its "$1", never part of its text.

    root: needs root; without it the question stays Unknown. root_helps: is asked as root where that is allowed, and
    otherwise answers less (its reader looks at `Reply.root`). seconds: after that the command counts as never returning.
    """

    line: str
    root: bool = False
    root_helps: bool = False
    seconds: float = 30.0
    transport: ClassVar[str] = "shell"

    def __str__(self) -> str:
        return self.line


@dataclass(frozen=True, slots=True)
class Sweep:
    """Knocking at every address of a range, without login: a TCP connection to each port, and what an open one says of itself.

    Its planned question is "*" (the whole range); every address that answered becomes a question of its own, with itself as the
    argument. Who speaks first is waited for; only these are spoken to: tls (a handshake), http (`HEAD /`, inside TLS where the
    port is in both), smb (SMB2 NEGOTIATE and the first half of NTLM: no name, no password).
    """

    ports: tuple[int, ...]
    tls: frozenset[int] = frozenset()
    http: frozenset[int] = frozenset()
    smb: frozenset[int] = frozenset()
    transport: ClassVar[str] = "sweep"

    def __str__(self) -> str:
        said = {"tls handshake": self.tls, "HEAD /": self.http, "smb negotiate": self.smb}
        spoken = "".join(f"; {what} to {','.join(map(str, sorted(ports)))}" for what, ports in said.items() if ports)
        return f"tcp connect to {','.join(map(str, self.ports))}, read greeting{spoken}; ARP table; PTR"


@dataclass(frozen=True, slots=True)
class Search:
    """An LDAP search (RFC 4511, 4.5), read in pages (RFC 2696); a page is a question of its own, its argument the page's number.

    base: a DN in which {domain}, {configuration}, {schema} and {root} stand for the naming contexts that the root DSE names;
    "" = the root DSE itself. Its planned question is "*": its reply lists the pages, one number a line, and its code is the LDAP
    result code that ended the search, so what a size or time limit cut off is never taken for the whole. The reply of a page is
    LDIF (RFC 2849), read by `auditkit.ldif`. security: ask for owner and DACL of nTSecurityDescriptor (MS-ADTS 3.1.1.3.4.1.11).
    deleted: tombstones and recycled objects as well (MS-ADTS 3.1.1.3.4.1.14).
    """

    base: str
    filter: str = "(objectClass=*)"
    attributes: tuple[str, ...] = ("*",)
    scope: Literal["base", "one", "subtree"] = "subtree"
    security: bool = False
    deleted: bool = False
    seconds: float = 300.0
    transport: ClassVar[str] = "ldap"

    def __str__(self) -> str:
        controls = "".join(f" +{name}" for name, on in (("security", self.security), ("deleted", self.deleted)) if on)
        return f"ldap search {self.scope} {self.base or '(root DSE)'} {self.filter} [{' '.join(self.attributes)}]{controls}"


@dataclass(frozen=True, slots=True)
class PolicyFiles:
    """Files of the group policies on SYSVOL of the controller that is asked (MS-GPOL 2.2.4), over SMB 2 or 3, signed; only read.

    Its planned question is "*": its reply lists the folders of Policies, one a line, and "scripts" (the logon scripts of the domain,
    shared as NETLOGON too); each is a question of its own. Its reply is one JSON object a line for each file, sorted: {"path": below
    the folder, "size": bytes, "body": base64 of a file whose name ends with one of `bodies` and that is not larger than `most` bytes}.
    """

    bodies: tuple[str, ...]
    most: int = 1 << 20
    seconds: float = 300.0
    transport: ClassVar[str] = "ldap"

    def __str__(self) -> str:
        return f"smb read SYSVOL Policies [{' '.join('*' + b for b in self.bodies)}]"


@dataclass(frozen=True, slots=True)
class PowerShell:
    """A section of the collecting script: the file `collectors/windows/<section>.ps1`, sent as it is written there.

    Its reply is one JSON object a line (ASCII), the rows as Windows gave them; all computing is in the reader. code: 0, or why the
    section ended: 5 access denied, 127 no such class, namespace or command, 1 anything else, its words on stderr.
    """

    section: str
    seconds: float = 60.0
    transport: ClassVar[str] = "winrm"

    def __str__(self) -> str:
        return f"powershell section {self.section}.ps1"


@dataclass(frozen=True, slots=True)
class Objects:
    """Properties of all managed objects of one kind that a vCenter or an ESXi host holds (vSphere Web Services API, PropertyCollector).

    kind: name of a managed object type without its "vim."; ServiceInstance and LicenseManager stand for themselves. Its reply is one
    JSON object a line: {"_": kind, "ref": its id, and each property by its path}; what was not set is left out, and what may not be
    read stands in "missing": {path: name of the fault}.
    """

    kind: str
    properties: tuple[str, ...]
    seconds: float = 120.0
    transport: ClassVar[str] = "vsphere"

    def __str__(self) -> str:
        return f"vsphere read {self.kind} [{' '.join(self.properties)}]"


@dataclass(frozen=True, slots=True)
class UpsVariables:
    """All variables of every power supply that a NUT server knows (RFC 9271, LIST UPS and LIST VAR).

    Its planned question is "*" (the names, one a line); each supply is a question of its own. Its reply is what the server answered.
    """

    transport: ClassVar[str] = "nut"

    def __str__(self) -> str:
        return "nut LIST UPS, then LIST VAR of each"


@dataclass(frozen=True, slots=True)
class ApcStatus:
    """The status that apcupsd tells over its network information server: lines `NAME : value`, as apcaccess(8) prints them."""

    transport: ClassVar[str] = "apcupsd"

    def __str__(self) -> str:
        return "apcupsd status"


@dataclass(frozen=True, slots=True)
class Resources:
    """Resources of a management controller (iLO, iDRAC, XClarity, BMC), read by GET alone (DMTF DSP0266, Redfish).

    path: names of links to follow from the service root: "Systems", "Systems/Storage/Drives", "Chassis/Power"; a collection and a
    list of links stand for all their members. Its reply is one JSON object a line: {"at": its address, "body": the resource as it
    came}, or {"at": …, "status": HTTP status} for one that was not given; code 5 where one was refused, 1 where one failed.
    """

    path: str
    seconds: float = 180.0
    transport: ClassVar[str] = "redfish"

    def __str__(self) -> str:
        return f"redfish GET {self.path}"


@dataclass(frozen=True, slots=True)
class Cli:
    """A command line for the command-line interface of a network device, typed as it stands.

    Its reply is what the device printed, without echo and prompt, lines ended by LF. code: 0; 127 where the device does not know the
    command (stdout blank, its words on stderr); 5 where it does not permit it; 1 for other words of refusal. seconds: after that the
    command counts as never returning.
    """

    line: str
    seconds: float = 60.0
    transport: ClassVar[str] = "netcli"

    def __str__(self) -> str:
        return self.line


Command = Shell | Sweep | Search | PolicyFiles | PowerShell | Objects | UpsVariables | ApcStatus | Resources | Cli
