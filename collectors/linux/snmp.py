"""Communities and users of net-snmp's agent (snmpd.conf(5)): whoever knows a community reads, or writes, the host."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.model.shared.services import SnmpCommunity, SnmpUser
from auditkit.probing import NotHere, Reply, Shell, probe

from ._readings import NO_FILE, grepped

_FILES = (
    "/etc/snmp/snmpd.conf /etc/snmp/snmpd.local.conf /usr/share/snmp/snmpd.conf /usr/local/etc/snmp/snmpd.conf"
    " /etc/snmp/snmpd.conf.d/*.conf"
)
_WELL_KNOWN = ("public", "private")
_EVERYBODY = ("default", "0.0.0.0/0", "::/0")


@probe(
    "linux.snmp",
    Shell(f"grep -HnE '^[[:space:]]*[^#[:space:]]' {_FILES}", root=True),
    secret=True,
    codes=(0, 1, 2),
    harmless=rf"^grep: .*{NO_FILE}",
    no_file="no SNMP agent configuration here",
)
def snmp(reply: Reply) -> Iterator[SnmpCommunity | SnmpUser]:
    """rocommunity NAME [SOURCE [OID]], rwcommunity, and their 6 for IPv6; com2sec [-Cn CONTEXT] SECNAME SOURCE NAME; rouser USER."""
    any_row = False
    for file, rest in grepped(reply):
        number, _, said = rest.partition(":")
        words = [w.strip('"') for w in said.split("#")[0].split()]
        name = words[0].lower()
        if name in ("rocommunity", "rwcommunity", "rocommunity6", "rwcommunity6"):
            any_row = True
            yield _community(reply, file, int(number), words[1], name[:2], words[2:3])
        elif name in ("com2sec", "com2sec6"):
            any_row = True
            words = words[3:] if words[1] == "-Cn" else words[1:]
            yield _community(reply, file, int(number), words[2], "", [words[1]])
        elif name in ("rouser", "rwuser"):
            any_row = True
            level = words[2].lower() if len(words) > 2 else "auth"
            yield SnmpUser(name=words[1], rights=name[:2], level=level.removesuffix("nopriv").replace("authpriv", "priv"))
    if not any_row:
        raise NotHere("snmpd.conf names no community and no user")


def _community(reply: Reply, file: str, line: int, community: str, rights: str, sources: list[str]) -> SnmpCommunity:
    return SnmpCommunity(
        config_file=file,
        line=line,
        community=reply.secret(community, "snmp community"),
        well_known=community.lower() in _WELL_KNOWN,
        rights=rights,
        sources=tuple(s for s in sources if s.lower() not in _EVERYBODY),
    )
