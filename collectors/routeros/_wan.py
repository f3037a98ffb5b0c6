"""Which interfaces lead to the internet, and what a rule of the packet filter says of packets that come in there."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from ._export import Export, Item

_CLIENTS = {"/interface pppoe-client": "pppoe client", "/interface lte": "lte", "/interface ppp-client": "ppp client"}
# Properties of a rule that narrow what it meets; all others say what it does or how it is called.
_SAYS_NOTHING = frozenset(
    {"action", "chain", "comment", "disabled", "log", "log-prefix", "to-addresses", "to-ports", "address-list", "address-list-timeout",
     "reject-with", "jump-target", "place-before", "in-interface", "in-interface-list", "copy-from"}
)  # fmt: skip


def wans(export: Export) -> dict[str, str]:
    """Interface -> why. Members of a list called WAN, clients of a provider, a public address, the way of a default route by interface."""
    found: dict[str, str] = {}
    for item in export.of("/interface list member"):
        if item.on and item.get("list").upper() == "WAN":
            found.setdefault(item.get("interface"), "list WAN")
    for menu, why in _CLIENTS.items():
        for item in export.of(menu):
            if item.on and item.get("name"):
                found.setdefault(item.get("name"), why)
    for item in export.of("/ip dhcp-client"):
        if item.on and item.get("add-default-route", "yes") != "no":
            found.setdefault(item.get("interface"), "dhcp client")
    for item in export.of("/ip address"):
        if item.on and _public(item.get("address")):
            found.setdefault(item.get("interface"), "public address")
    for item in export.of("/ip route"):
        if item.on and item.get("dst-address", "0.0.0.0/0") == "0.0.0.0/0":
            for gateway in item.get("gateway").split(","):
                name = gateway.partition("%")[2] or _behind(export, gateway) or gateway
                if name and not name[0].isdigit():
                    found.setdefault(name, "default route")
    found.pop("", None)
    return found


def _public(address: str) -> bool:
    try:
        return ipaddress.ip_interface(address).ip.is_global
    except ValueError:
        return False


def _behind(export: Export, gateway: str) -> str:
    """The interface in whose network a gateway is; "" where it is none of them, or no address."""
    try:
        address = ipaddress.ip_address(gateway)
    except ValueError:
        return ""
    for item in export.of("/ip address"):
        if item.on and address in ipaddress.ip_interface(item.get("address")).network:
            return item.get("interface")
    return ""


def members(export: Export, name: str, seen: tuple[str, ...] = ()) -> set[str]:
    """Interfaces of a list, included lists too."""
    if name in seen:
        return set()
    made = {i.get("interface") for i in export.of("/interface list member") if i.on and i.get("list") == name}
    for item in export.of("/interface list"):
        if item.get("name") == name:
            for other in filter(None, item.get("include").split(",")):
                made |= members(export, other, (*seen, name))
            for other in filter(None, item.get("exclude").split(",")):
                made -= members(export, other, (*seen, name))
    return made


def from_wan(export: Export, rule: Item, wan: set[str]) -> bool | None:
    """Whether a rule meets packets that come in from the internet; None where the router does not tell which interfaces those are."""
    one, many = rule.get("in-interface"), rule.get("in-interface-list")
    if not one and (not many or many == "all"):
        return True
    if not wan:
        return None
    negated = (one or many).startswith("!")
    name = (one or many).removeprefix("!")
    meant = {name} if one else set(wan) if name.upper() == "WAN" and not members(export, name) else members(export, name)
    return bool(wan - meant) if negated else bool(wan & meant)


def unlimited(rule: Item) -> bool:
    """Whether nothing but the chain and the interface narrows what it meets."""
    return not set(rule.values) - _SAYS_NOTHING


def drops(export: Export, chain: str, wan: set[str]) -> bool | None:
    """Whether what no rule accepts is dropped when it comes from the internet: a drop for everything in the chain, or in one it jumps to.

    In RouterOS a packet that no rule meets is accepted (Packet Flow): a chain without such a rule lets in.
    """
    unclear = False
    for rule in _rules(export, chain):
        meets = from_wan(export, rule, wan)
        action = rule.get("action", "accept")
        if meets is None:
            unclear = unclear or action in ("drop", "reject", "tarpit")
        elif meets and action in ("drop", "reject", "tarpit") and _whole(rule):
            return True
        elif meets and unlimited(rule):
            if action == "accept":
                return False
            if action == "jump" and drops(export, rule.get("jump-target"), wan):
                return True
    return None if unclear else False


def _whole(rule: Item) -> bool:
    """Whether it meets every new packet that no destination NAT has let in: what the default configuration drops in `forward`."""
    named = set(rule.values) - _SAYS_NOTHING
    new = "new" in rule.get("connection-state", "new").split(",")
    return named <= {"connection-state", "connection-nat-state"} and new and rule.get("connection-nat-state", "!dstnat") == "!dstnat"


def _rules(export: Export, chain: str) -> Iterator[Item]:
    yield from (i for i in export.of("/ip firewall filter") if i.on and i.get("chain") == chain)
