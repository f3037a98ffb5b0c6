"""What this host depends on over the network: established connections to service ports, filtered by ss(8) itself.

Local ports and counts change by the second and are left out. The filter keeps connections that others made to this host away
where their ephemeral port is no service port.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from auditkit.model.shared.network import Connection
from auditkit.probing import NotHere, NotUnderstood, Reply, Shell, probe

Row = tuple[str, int, str | None]  # peer, its port, process
# IANA service names, and the usual ports of products
SERVICES = {
    21: "ftp", 22: "ssh", 25: "smtp", 53: "dns", 80: "http", 88: "kerberos", 110: "pop3", 111: "rpcbind", 135: "msrpc", 143: "imap",
    389: "ldap", 443: "https", 445: "smb", 465: "smtps", 514: "syslog", 587: "submission", 636: "ldaps", 873: "rsync", 993: "imaps",
    995: "pop3s", 1433: "mssql", 1521: "oracle", 1540: "1c-agent", 1541: "1c-manager", 1560: "1c-process", 2049: "nfs", 2379: "etcd",
    3128: "http-proxy", 3260: "iscsi", 3268: "ldap-gc", 3306: "mysql", 3389: "rdp", 4505: "salt", 4506: "salt", 5038: "asterisk-ami",
    5060: "sip", 5061: "sips", 5432: "postgresql", 5433: "postgresql", 5672: "amqp", 5985: "winrm", 5986: "winrm", 6379: "redis",
    6432: "pgbouncer", 6443: "kubernetes", 6514: "syslog", 8006: "proxmox", 8080: "http", 8123: "clickhouse", 8140: "puppet",
    8443: "https", 8883: "mqtt", 9000: "clickhouse", 9092: "kafka", 9102: "bacula-fd", 9103: "bacula-sd", 9200: "elasticsearch",
    9392: "veeam", 10050: "zabbix-agent", 10051: "zabbix", 11211: "memcached", 27017: "mongodb",
}  # fmt: skip
_FILTER = " or ".join(f"dport = :{port}" for port in SERVICES)
_PROC = re.compile(r'\("([^"]*)",pid=\d+')


@probe("linux.connections", Shell(f"ss -Hntp state established '( {_FILTER} )'", root_helps=True))
def connections(reply: Reply) -> Iterator[Connection]:
    """Columns: two queues, local, peer, processes. One row for each peer, port and process."""
    found: set[Row] = set()
    for line in reply.lines():
        words = line.split(maxsplit=4)
        if len(words) < 4 or not words[0].isdecimal():
            raise NotUnderstood(f"no connection: {line[:80]!r}")
        names = sorted(set(_PROC.findall(words[4]))) if len(words) > 4 else []
        found.add((*_peer(words[3]), ",".join(names) if names or reply.root else None))
    return _rows(found)


def _peer(text: str) -> tuple[str, int]:
    address, _, port = text.rpartition(":")
    ip = ipaddress.ip_address(address.strip("[]").replace("]%", "%"))
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return str(mapped or ip), int(port)


def _rows(found: set[Row]) -> Iterator[Connection]:
    for address, port, process in sorted(found, key=lambda row: (*row[:2], row[2] or "")):
        yield Connection(proto="tcp", remote_address=address, remote_port=port, process=process, service=SERVICES[port])


@connections.otherwise("netstat -ntp")
def _(reply: Reply) -> Iterator[Connection]:
    """`tcp 0 0 10.0.0.2:40000 10.0.0.9:5432 ESTABLISHED 812/app`."""
    found: set[Row] = set()
    for line in reply.lines():
        row = re.match(r"tcp6?\s+\d+\s+\d+\s+\S+\s+(\S+:\d+)\s+([A-Z_0-9]+)\s+(.*)$", line)
        if row and row[2] == "ESTABLISHED" and _peer(row[1])[1] in SERVICES:
            name = row[3].partition("/")[2].split(":")[0].strip()
            found.add((*_peer(row[1]), name or ("" if reply.root else None)))
        elif not row and not line.startswith(("Active Internet", "Proto ")):
            raise NotUnderstood(f"no connection: {line[:80]!r}")
    if not found:
        raise NotHere("no connection to a well-known service port at that moment")
    yield from _rows(found)
