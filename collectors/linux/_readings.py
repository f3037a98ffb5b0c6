"""What several readers of this folder need: lines of `grep -H`, files of `head -v`, addresses. No probe of its own.

Their complaints name a place and never quote it: configurations hold passwords, and a complaint is shown to everybody.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from auditkit.probing import NotUnderstood, Reply

NO_FILE = r"No such file or directory$"
# pgrep of procps 4 says so whenever a long pattern matches nothing; a pattern of several names is always long.
NO_PROCESS = r"^pgrep: pattern that searches for process name longer than 15|^Try `pgrep -f'"


def grepped(reply: Reply) -> Iterator[tuple[str, str]]:
    """`grep -H` -> (file, line without outer blanks). Raises NotUnderstood for a line that names no file.

    >>> list(grepped(Reply(b"/etc/a.conf:  Server=10.0.0.1\\n")))
    [('/etc/a.conf', 'Server=10.0.0.1')]
    """
    for number, line in enumerate(reply.lines(), 1):
        file, colon, said = line.partition(":")
        if not colon or not file.startswith("/"):
            raise NotUnderstood(f"line {number} names no file")
        yield file, said.strip()


def headed(reply: Reply) -> Iterator[tuple[str, str]]:
    """`head -v` -> (file, its text). Raises NotUnderstood for text before the first file.

    >>> list(headed(Reply(b"==> /a <==\\nx\\n\\n==> /b <==\\ny\\n")))
    [('/a', 'x\\n\\n'), ('/b', 'y\\n')]
    """
    parts = re.split(r"^==> (/.*) <==\n", reply.text, flags=re.M)
    if parts[0].strip():
        raise NotUnderstood("no file is named before the first line")
    yield from zip(parts[1::2], parts[2::2], strict=True)


def option(line: str) -> tuple[str, str]:
    """`name = value`, `name=value`, `name value` -> (name, value) without quotes around the value; ("", "") for none.

    >>> option("listen_addresses = '*'   # all"), option("bind 127.0.0.1 ::1"), option("skip-networking")
    (('listen_addresses', '*'), ('bind', '127.0.0.1 ::1'), ('skip-networking', ''))
    """
    found = re.match(r"([\w.-]+)\s*(?:[=:]|\s)?\s*(.*)$", line)
    if not found:
        return "", ""
    value = found[2].strip()
    if value[:1] in ("'", '"') and value.find(value[0], 1) > 0:
        return found[1], value[1 : value.find(value[0], 1)]
    return found[1], re.split(r"\s#", value, maxsplit=1)[0].strip()


def loopback(address: str) -> bool:
    """Whether an address reaches this host alone. Raises ValueError for text that is no address.

    >>> loopback("127.0.0.53"), loopback("::ffff:127.0.0.1"), loopback("::")
    (True, True, False)
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_loopback
