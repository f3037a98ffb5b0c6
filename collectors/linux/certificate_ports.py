"""Certificates that listening ports show, asked on the host itself with s_client(1ssl). The system's own services are not disturbed
beyond a connection: ports that never speak TLS, and raw printer ports (they would print the greeting), are left out.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from auditkit.model.shared.services import Certificate
from auditkit.probing import NotHere, NotUnderstood, Reply, Shell, probe

from ._x509 import certificates as read_pem

_PLAIN = (22, 23, 53, 80, 111, 139, 445, 515, 631, 873, 1540, 1541, *range(1560, 1592), 2049, 3260, 6010, 6011, 6012)
_PRINTERS = range(9100, 9110)
_STARTTLS = {21: "ftp", 25: "smtp", 110: "pop3", 143: "imap", 587: "smtp", 389: "ldap", 3306: "mysql", 5432: "postgres", 6379: "redis"}

# proc(5): state 0A listens; addresses are hexadecimal, each 32-bit word little endian. A port on all addresses is asked on
# loopback, and one on both loopback addresses on the IPv4 one alone.
_LIST = r"""awk '
function hex(s,  i, n) { n = 0; for (i = 1; i <= length(s); i++) n = n * 16 + index("0123456789ABCDEF", substr(s, i, 1)) - 1; return n }
function v4(s) { return hex(substr(s, 7, 2)) "." hex(substr(s, 5, 2)) "." hex(substr(s, 3, 2)) "." hex(substr(s, 1, 2)) }
function word(s) { return substr(s, 7, 2) substr(s, 5, 2) ":" substr(s, 3, 2) substr(s, 1, 2) }
BEGIN { n = split("PLAIN", p, " "); for (i = 1; i <= n; i++) plain[p[i]] = 1
        n = split("START", p, " "); for (i = 1; i <= n; i++) { split(p[i], q, "="); start[q[1]] = " " q[2] } }
$4 == "0A" { split($2, a, ":"); port = hex(a[2]); h = a[1]
  if (port in plain) next
  if (length(h) == 8) at = h == "00000000" ? "127.0.0.1" : v4(h)
  else if (h == "00000000000000000000000000000000" || h == "00000000000000000000000001000000") at = "[::1]"
  else if (substr(h, 1, 24) == "0000000000000000FFFF0000") at = v4(substr(h, 25))
  else at = "[" word(substr(h, 1, 8)) ":" word(substr(h, 9, 8)) ":" word(substr(h, 17, 8)) ":" word(substr(h, 25, 8)) "]"
  if (h == "00000000" || h == "0100007F") any[port] = 1
  if (at == "[::1]" && (port in any)) next
  print at ":" port start[port] }' /proc/net/tcp /proc/net/tcp6"""
_LIST = _LIST.replace("PLAIN", " ".join(map(str, (*_PLAIN, *_PRINTERS))))
_LIST = _LIST.replace("START", " ".join(f"{port}={name}" for port, name in _STARTTLS.items()))

# What OpenSSL 1.0.2 to 3.x say where the other side is no TLS server, or says nothing of the kind
_NOT_TLS = (
    "wrong version number|unknown protocol|packet length too long|record layer failure|unexpected eof while reading|http request"
    "|write:errno=(?:0|104|32)|read:errno=(?:0|104)|SSL_ERROR_SYSCALL"
)
# Redis without TLS never answers a TLS greeting, and silence alone proves nothing: its own client asks first.
_ASK = """set -- $1
if [ "$2" = redis ]; then
  h=${1%:*}; h=${h#[}; h=${h%]}
  r=$(redis-cli -h "$h" -p "${1##*:}" ping)
  case $r in PONG | *NOAUTH*) printf 'plain: %s\\n' "$r"; exit 0 ;; esac
  set -- "$1"
fi
openssl s_client -connect "$1" ${2:+-starttls "$2"} -showcerts </dev/null"""
_SAID = (
    r"depth=|verify |DONE|Can't use SSL_get_servername|Connecting to |CONNECTED"
    r"|Didn't find STARTTLS|MySQL server does not support SSL|\d{3}[ -]|[*.+] ?OK|\* |not(?:After|Before)="
    r"|Error: (?:Protocol error|Server closed|Connection reset)|.*redis-cli: (?:command )?not found"
)


@probe(
    "linux.certificate_ports",
    Shell(_ASK, seconds=5),
    each=_LIST,
    codes=(0, 1),
    harmless=rf"^({_SAID}|{_NOT_TLS})|:error:.*({_NOT_TLS}|SSL alert number)",
)
def certificate_ports(reply: Reply) -> Iterator[Certificate]:
    """Nothing but the PEM blocks matters; without one, the port answered something that is no TLS."""
    host, _, port = reply.arg.split()[0].rpartition(":")
    address = ipaddress.ip_address(host.strip("[]"))
    alert = re.search(rb":([^:\n]*alert[^:\n]*):", reply.stderr)
    if "-----BEGIN CERTIFICATE-----" in reply.text:
        yield from read_pem(reply.text, f"{address}:{port}" if address.version == 4 else f"[{address}]:{port}", in_use=True)
    elif reply.text.startswith("plain: "):
        raise NotHere("Redis answers there without TLS")
    elif alert:
        raise NotUnderstood(f"it speaks TLS and refused ({alert[1].decode('ascii', 'replace')}): perhaps it wants a client certificate")
    elif re.search("no peer certificate available", reply.text) and reply.code:
        raise NotHere("the port does not speak TLS")
    else:
        raise NotUnderstood(f"neither a certificate nor a refusal: {reply.text[:80]!r}")
