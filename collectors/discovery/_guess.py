"""What a device probably is, from what its ports and greetings point to. A guess, said as one."""

from __future__ import annotations

from collections.abc import Iterable, Set

# Port -> what usually answers there (IANA's service names where it has one, else the product's own word).
SERVICES = {
    21: "ftp", 22: "ssh", 23: "telnet", 25: "smtp", 53: "dns", 80: "http", 88: "kerberos", 110: "pop3", 111: "rpcbind", 135: "msrpc",
    139: "netbios-ssn", 143: "imap", 389: "ldap", 443: "https", 445: "smb", 465: "smtps", 515: "lpd", 554: "rtsp", 587: "submission",
    631: "ipp", 636: "ldaps", 873: "rsync", 902: "esxi", 993: "imaps", 995: "pop3s", 1433: "mssql", 1540: "1c-agent", 1541: "1c-manager",
    2049: "nfs", 3260: "iscsi", 3268: "global-catalog", 3306: "mysql", 3389: "rdp", 5038: "asterisk-ami", 5060: "sip", 5432: "postgresql",
    5900: "vnc", 5985: "winrm", 5986: "winrm-tls", 6379: "redis", 8006: "proxmox", 8080: "http-alt", 8291: "winbox", 8443: "https-alt",
    8728: "routeros-api", 9100: "jetdirect", 9392: "veeam", 10000: "ndmp", 10050: "zabbix-agent", 10051: "zabbix",
}  # fmt: skip
_ROLES: tuple[tuple[str, frozenset[int]], ...] = (
    ("domain controller", frozenset({88, 389, 445})),
    ("1c server", frozenset({1540})),
    ("mssql", frozenset({1433})),
    ("postgresql", frozenset({5432})),
    ("mysql", frozenset({3306})),
    ("mail", frozenset({25})),
    ("file server", frozenset({445})),
    ("nfs", frozenset({2049})),
    ("remote desktop", frozenset({3389})),
    ("pbx", frozenset({5060})),
    ("asterisk", frozenset({5038})),
    ("backup server", frozenset({9392})),
    ("dns", frozenset({53})),
    ("print", frozenset({9100})),
    ("video", frozenset({554})),
    ("monitoring", frozenset({10051})),
    ("iscsi target", frozenset({3260})),
)
# (what an OS guess begins with, kind). The first that fits counts.
_KINDS = (
    ("Windows", "windows"), ("Samba", "samba"), ("RouterOS", "routeros"), ("Cisco", "cisco"), ("ESXi", "esxi"), ("VMware", "esxi"),
    ("Proxmox", "proxmox"), ("Debian", "linux"), ("Ubuntu", "linux"), ("Linux", "linux"), ("FreeBSD", "bsd"), ("Huawei", "network"),
    ("Comware", "network"), ("HPE iLO", "bmc"), ("Dell iDRAC", "bmc"), ("Hikvision", "camera"), ("printer", "printer"),
)  # fmt: skip
# Port that only one kind has open, where nothing was said.
_BY_PORT = (
    (8291, "routeros"), (8728, "routeros"), (8006, "proxmox"), (902, "esxi"), (5985, "windows"), (3389, "windows"), (135, "windows"),
    (9100, "printer"), (515, "printer"), (554, "camera"), (5038, "pbx"),
)  # fmt: skip
# Build -> what Microsoft calls it (learn.microsoft.com, release information of Windows Server and Windows client).
_BUILDS = {
    2600: "Windows XP", 3790: "Windows Server 2003", 6002: "Windows Server 2008", 6003: "Windows Server 2008",
    7600: "Windows 7 or Server 2008 R2", 7601: "Windows 7 or Server 2008 R2", 9200: "Windows 8 or Server 2012",
    9600: "Windows 8.1 or Server 2012 R2",
    10240: "Windows 10 1507", 10586: "Windows 10 1511", 14393: "Windows Server 2016 or 10 1607", 15063: "Windows 10 1703",
    16299: "Windows 10 1709", 17134: "Windows 10 1803", 17763: "Windows Server 2019 or 10 1809", 18362: "Windows 10 1903",
    18363: "Windows 10 1909", 19041: "Windows 10 2004", 19042: "Windows 10 20H2", 19043: "Windows 10 21H1", 19044: "Windows 10 21H2",
    19045: "Windows 10 22H2", 20348: "Windows Server 2022", 22000: "Windows 11 21H2", 22621: "Windows 11 22H2", 22631: "Windows 11 23H2",
    26100: "Windows Server 2025 or 11 24H2",
}  # fmt: skip


def windows(build: int) -> str:
    """The name of a Windows by its build.

    >>> windows(17763), windows(99999)
    ('Windows Server 2019 or 10 1809', 'Windows (build 99999)')
    """
    return _BUILDS.get(build, f"Windows (build {build})")


def roles(ports: Set[int]) -> tuple[str, ...]:
    """What the open ports look like.

    >>> roles({53, 88, 389, 445})
    ('domain controller', 'file server', 'dns')
    """
    return tuple(name for name, needed in _ROLES if needed <= ports)


def kind(guesses: Iterable[str], ports: Set[int]) -> str:
    """The first guess that names a kind, else a port that only one kind has; "" = not known.

    >>> kind(["Debian"], {22, 9100}), kind([], {8291}), kind([], {80})
    ('linux', 'routeros', '')
    """
    for guess in guesses:
        for begin, name in _KINDS:
            if guess.startswith(begin):
                return name
    return next((name for port, name in _BY_PORT if port in ports), "")
