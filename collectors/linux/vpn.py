"""Tunnels: WireGuard (wg(8), never its keys), OpenVPN (its configurations), IPsec (ipsec.conf(5), swanctl.conf(5))."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from auditkit.model.shared.services import VpnTunnel
from auditkit.probing import NotHere, NotUnderstood, Reply, Shell, probe

from ._readings import NO_FILE, NO_PROCESS

_CODE = "-exec grep -HE '^[[:space:]]*[^#;[:space:]]'"


@probe(
    "linux.wireguard",
    Shell("wg show all endpoints && printf '=\\n' && wg show all allowed-ips", root=True),
    missing="no WireGuard tools here",
)
def wireguard(reply: Reply) -> Iterator[VpnTunnel]:
    """`wg0 KEY host:port`, a line with =, `wg0 KEY network network`; the keys here are public ones."""
    half = re.search(r"(?:^|\t)=\n", reply.text, re.M)
    if not half:
        raise NotUnderstood("the second half is missing")
    seen = {(name, peer): endpoint for name, peer, endpoint in _peers(reply.text[: half.start()])}
    if not seen:
        raise NotHere("WireGuard has no peer")
    for name, peer, reached in _peers(reply.text[half.end() :]):
        endpoint = seen[name, peer]
        yield VpnTunnel(
            kind="wireguard",
            name=name,
            role="peer",
            peer=peer,
            endpoint="" if endpoint == "(none)" else endpoint,
            networks=() if reached == "(none)" else tuple(reached.split()),
            active=None,
            config="",
        )


def _peers(text: str) -> Iterator[tuple[str, str, str]]:
    """Interface, peer, value. wg names an interface once, before its first peer, and does not end the line of one without peers.

    >>> key = "A" * 43 + "="
    >>> [name for name, _, _ in _peers(f"wg0\\twg1\\t{key}\\t(none)\\n{key}\\t(none)\\n")]
    ['wg1', 'wg1']
    """
    name = ""
    for line in text.splitlines():
        words = line.split("\t")
        while words and not re.fullmatch(r"[A-Za-z0-9+/]{43}=", words[0]):
            name = words.pop(0) or name
        if words:
            peer, value = words
            yield name, peer, value


@probe(
    "linux.openvpn",
    Shell(
        rf"find /etc/openvpn -maxdepth 3 -name '*.conf' {_CODE} '{{}}' +; pgrep -a '^openvpn$'",
        root=True,
    ),
    secret=True,  # keys lie inside of configurations
    codes=(0, 1),
    harmless=rf"^find: .*{NO_FILE}|{NO_PROCESS}",
)
def openvpn(reply: Reply) -> Iterator[VpnTunnel]:
    """One tunnel a configuration file; it is up where a process names the file."""
    said: dict[str, list[list[str]]] = {}
    processes = ""
    for number, line in enumerate(reply.lines(), 1):
        file, colon, rest = line.partition(":")
        if re.match(r"\d+ \S", line):
            processes += f"{line} \n"
        elif colon and file.startswith("/"):
            said.setdefault(file, []).append(rest.split())
        else:
            raise NotUnderstood(f"line {number} is neither a setting nor a process")
    for file, lines in said.items():
        remotes = [":".join(w[1:3]) for w in lines if w[0] == "remote" and len(w) > 1]
        routes = [_network(w[1], w[2]) for w in lines if w[0] in ("server", "route") and len(w) > 2]
        name = file.rpartition("/")[2].removesuffix(".conf")
        server = any(w[0] == "server" or w == ["mode", "server"] for w in lines)
        yield VpnTunnel(
            kind="openvpn",
            name=name,
            role="server" if server else "client" if remotes else "peer",
            peer="",
            endpoint=", ".join(remotes),
            networks=tuple(routes),
            active=bool(re.search(rf"[/ ]{re.escape(name)}\.conf\s", processes)),
            config=file,
        )


def _network(address: str, mask: str) -> str:
    try:
        return str(ipaddress.ip_network(f"{address}/{mask}", strict=False))
    except ValueError:
        return f"{address} {mask}"  # a name (vpn_gateway), or a default


@probe(
    "linux.ipsec",
    Shell(rf"find /etc/ipsec.conf /etc/ipsec.d /etc/strongswan/ipsec.conf -maxdepth 1 -name '*.conf' {_CODE} '{{}}' +", root=True),
    secret=True,
    codes=(0, 1),
    harmless=rf"^find: .*{NO_FILE}",
    no_file="no IPsec configuration (ipsec.conf) here",
)
def ipsec(reply: Reply) -> Iterator[VpnTunnel]:
    """`conn NAME` and its `key=value` lines; `conn %default` gives what others leave out. strongSwan and Libreswan."""
    conns: dict[tuple[str, str], dict[str, str]] = {}
    current: dict[str, str] = {}
    for number, line in enumerate(reply.lines(), 1):
        file, _, said = line.partition(":")
        head = re.match(r"(conn|config|ca)\s+(\S+)", said)
        name, equals, value = said.strip().partition("=")
        if head:
            current = conns.setdefault((file, head[2]), {}) if head[1] == "conn" else {}
        elif equals:
            current[name.strip()] = value.split("#")[0].strip()
        elif not said.startswith("include "):
            raise NotUnderstood(f"line {number} is no setting")
    base = {k: v for (_, name), settings in conns.items() if name == "%default" for k, v in settings.items()}
    for (file, name), own in conns.items():
        if name != "%default":
            yield _connection(file, name, base | own)


def _connection(file: str, name: str, s: dict[str, str]) -> VpnTunnel:
    subnets = re.split(r"[\s,]+", s.get("rightsubnet", s.get("rightsubnets", "")).strip("{}"))
    return VpnTunnel(
        kind="ipsec",
        name=name,
        role="server" if s.get("right", "") in ("%any", "") else "peer",
        peer=s.get("rightid", ""),
        endpoint=s.get("right", ""),
        networks=tuple(n for n in subnets if n),
        active=None,
        config=file,
    )
