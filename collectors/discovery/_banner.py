"""What services say of themselves: greetings and HTTP headers as product and version. Only what is the same tomorrow is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditkit.text import decode, one_line

LONGEST = 200
# What changes with every connection: dates, the stamp of APOP (RFC 1939 7), numbers of a queue or a process.
_CHANGING = (
    re.compile(r"<[^<>]{1,200}>"),
    re.compile(r"(?:[;,]? (?:ready )?at |; ?|, ?)?\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} \w{3} \d{4} [0-9:]{5,8}.*"),
    re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?\S*"),
    re.compile(r"\b\d\d:\d\d:\d\d\b"),
)
_TELNET = re.compile(rb"\xff[\xfb-\xfe].|\xff[\xf0-\xf9]", re.S)  # RFC 854: negotiation, not text


@dataclass(frozen=True, slots=True)
class Said:
    """product, version: "" = not known. os: what that points to, "" = nothing."""

    product: str = ""
    version: str = ""
    os: str = ""
    banner: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    pattern: re.Pattern[str]
    product: str
    os: str = ""


def _known(pattern: str, product: str, os: str = "") -> _Known:
    return _Known(re.compile(pattern, re.I), product, os)


# The first that fits counts. Group 1, where there is one, is the version.
_PRODUCTS = (
    _known(r"^SSH-[\d.]+-OpenSSH_for_Windows_(\S+)", "OpenSSH", "Windows"),
    _known(r"^SSH-[\d.]+-OpenSSH_(\S+) Ubuntu", "OpenSSH", "Ubuntu"),
    _known(r"^SSH-[\d.]+-OpenSSH_(\S+) (?:Debian|Raspbian)", "OpenSSH", "Debian"),
    _known(r"^SSH-[\d.]+-OpenSSH_(\S+) FreeBSD", "OpenSSH", "FreeBSD"),
    _known(r"^SSH-[\d.]+-OpenSSH_(\S+)", "OpenSSH"),
    _known(r"^SSH-[\d.]+-ROSSSH", "RouterOS SSH", "RouterOS"),
    _known(r"^SSH-[\d.]+-Cisco-(\S+)", "Cisco SSH", "Cisco"),
    _known(r"^SSH-[\d.]+-HUAWEI", "Huawei SSH", "Huawei VRP"),
    _known(r"^SSH-[\d.]+-Comware-?(\S*)", "Comware SSH", "Comware"),
    _known(r"^SSH-[\d.]+-mpSSH_(\S+)", "iLO SSH", "HPE iLO"),
    _known(r"^SSH-[\d.]+-dropbear_?(\S*)", "Dropbear"),
    _known(r"^SSH-[\d.]+-(\S+)", "SSH"),
    _known(r"MikroTik FTP server \(MikroTik ([\d.]+)", "RouterOS FTP", "RouterOS"),
    _known(r"^220.* MikroTik", "RouterOS FTP", "RouterOS"),
    _known(r"^220.*Microsoft FTP Service", "Microsoft FTP", "Windows"),
    _known(r"^220.*Microsoft ESMTP MAIL Service", "Microsoft Exchange or IIS SMTP", "Windows"),
    _known(r"^220.*ProFTPD (\S+)?", "ProFTPD"),
    _known(r"^220.*vsFTPd ([\d.]+)", "vsftpd"),
    _known(r"^220.*Pure-FTPd", "Pure-FTPd"),
    _known(r"^220.*FileZilla Server ?(?:version )?([\d.]+)?", "FileZilla Server", "Windows"),
    _known(r"^220.*Postfix", "Postfix"),
    _known(r"^220.*Exim ([\d.]+)", "Exim"),
    _known(r"^220.*Sendmail ([\d.]+)?", "Sendmail"),
    _known(r"Dovecot", "Dovecot"),
    _known(r"Courier-IMAP", "Courier"),
    _known(r"^Asterisk Call Manager/([\d.]+)", "Asterisk Manager"),
    _known(r"^RFB (\d{3}\.\d{3})", "VNC"),
    _known(r"^@RSYNCD: ([\d.]+)", "rsync"),
    _known(r"\bCisco IOS\b", "Cisco IOS", "Cisco"),
    _known(r"MikroTik v?([\d.]+)", "RouterOS", "RouterOS"),
)
_HTTP = (
    _known(r"^Microsoft-IIS/([\d.]+)", "IIS", "Windows"),
    _known(r"^Microsoft-HTTPAPI/([\d.]+)", "HTTP.sys", "Windows"),
    _known(r"^nginx(?:/([\d.]+))?(?: \((?:Ubuntu|Debian)\))?", "nginx"),
    _known(r"^Apache(?:/([\d.]+))?", "Apache"),
    _known(r"^lighttpd(?:/([\d.]+))?", "lighttpd"),
    _known(r"^pve-api-daemon", "Proxmox VE", "Proxmox VE"),
    _known(r"^Proxmox", "Proxmox VE", "Proxmox VE"),
    _known(r"^VMware", "VMware ESXi", "ESXi"),
    _known(r"^HP-iLO-Server/?([\d.]*)|^HPE-iLO-Server/?([\d.]*)", "HPE iLO", "HPE iLO"),
    _known(r"^iDRAC", "Dell iDRAC", "Dell iDRAC"),
    _known(r"^(?:App-webs|DNVRS-Webs|Hikvision-Webs|DVRDVS-Webs)", "Hikvision", "Hikvision"),
    _known(r"^cisco-IOS", "Cisco IOS", "Cisco"),
    _known(r"^RomPager|^Allegro-Software", "RomPager"),
    _known(r"^KM-MFP-http|^Virata-EmWeb|^HP HTTP Server|^\$ProjectRevision|^EPSON|^CANON HTTP Server", "printer", "printer"),
    _known(r"^MiniServ/([\d.]+)", "Webmin"),
    _known(r"^(\S{1,60})", "web server"),
)


def greeting(raw: bytes) -> Said:
    """The first line that a service said by itself.

    >>> greeting(b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\\r\\n")
    Said(product='OpenSSH', version='9.2p1', os='Debian', banner='SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3')
    >>> greeting(b"220 mx.example.com ESMTP Sendmail 8.15.2/8.15.2; Wed, 25 Nov 2026 10:00:00 +0300\\r\\n").banner
    '220 mx.example.com ESMTP Sendmail 8.15.2/8.15.2'
    >>> greeting(b"+OK POP3 ready <1896.697170952@mail>\\r\\n").banner
    '+OK POP3 ready'
    """
    if mysql := _mysql(raw):
        return mysql
    text = _first_line(_TELNET.sub(b"", raw))
    if not text or not _is_text(text):
        return Said()
    for pattern in _CHANGING:
        text = pattern.sub("", text).strip()
    return _fit(_PRODUCTS, text, text)


def _first_line(raw: bytes) -> str:
    text = decode(raw)
    return next((one_line(line, LONGEST) for line in text.split("\n") if line.strip()), "")


def _is_text(line: str) -> bool:
    """A binary greeting may hold a nonce, so nothing of it is shown."""
    return sum(c in "\ufffd\\" for c in line) * 10 <= len(line)


def _fit(known: tuple[_Known, ...], text: str, banner: str) -> Said:
    for k in known:
        if found := k.pattern.search(text):
            version = next((g for g in found.groups() if g), "")
            return Said(k.product, version, k.os, banner)
    return Said(banner=banner)


def _mysql(raw: bytes) -> Said | None:
    """MySQL's greeting holds a nonce behind its version: 3 bytes length, 0, protocol 10, version, NUL (MySQL "HandshakeV10").

    >>> greeting(bytes([74, 0, 0, 0, 10]) + b"5.5.5-10.11.6-MariaDB-0+deb12u1\\0" + bytes(40)).version
    '10.11.6-MariaDB-0+deb12u1'
    """
    if raw[3:5] != b"\0\x0a" or b"\0" not in raw[5:]:
        return None
    version = decode(raw[5 : raw.index(b"\0", 5)])
    if not re.fullmatch(r"[\w.+~-]{3,100}", version):
        return None
    version = version.removeprefix("5.5.5-")  # MariaDB puts that before its own number, for old clients
    return Said("MariaDB" if "MariaDB" in version else "MySQL", version, "", version)


def headers(raw: bytes) -> Said:
    """Of an HTTP reply: Server, and the realm that it asks a login for. Cookies and nonces are not kept.

    >>> headers(b'HTTP/1.1 401 X\\r\\nServer: lighttpd/1.4.59\\r\\nWWW-Authenticate: Digest realm="RB951", nonce="f00"\\r\\n\\r\\n')
    Said(product='lighttpd', version='1.4.59', os='', banner='lighttpd/1.4.59; realm RB951')
    """
    first, *lines = decode(raw).split("\n")
    if not first.startswith("HTTP/"):
        return Said()
    found = {k.strip().lower(): one_line(v, LONGEST) for k, colon, v in (line.partition(":") for line in lines) if colon}
    server = found.get("server", "")
    realm = re.search(r'realm="([^"]{1,100})"', found.get("www-authenticate", ""))
    banner = "; ".join([*([server] if server else []), *([f"realm {realm[1]}"] if realm else [])])
    return _fit(_HTTP, server, banner) if server else Said(banner=banner)
