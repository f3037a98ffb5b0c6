"""Who is at the other end of the cable, where lldpd listens: lldpctl(8), JSON in both of its forms (one object or a list)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from auditkit.model.shared.network import LldpNeighbour
from auditkit.probing import NotHere, NotUnderstood, Reply, Shell, probe


@probe("linux.lldp", Shell("lldpctl -f json", root=True), missing="no lldpd here")
def lldp(reply: Reply) -> Iterator[LldpNeighbour]:
    """{"lldp": {"interface": [{"eth0": {"chassis": {"sw1": {...}}, "port": {...}, "vlan": {...}}}]}}."""
    found = json.loads(reply.text)["lldp"]
    if not found:
        raise NotHere("lldpd hears no neighbour")
    for local, seen in _pairs(found.get("interface", [])):
        name, chassis = _named(seen["chassis"])
        port = seen["port"]
        kind, value = _id(chassis["id"])
        addresses = _texts(chassis.get("mgmt-ip", []))
        vlans = _each(seen.get("vlan", []))
        yield LldpNeighbour(
            system_name=name.lower(),
            chassis=value,
            chassis_mac=value.lower() if kind == "mac" and re.fullmatch(r"[0-9a-fA-F:]{17}", value) else "",
            port=_id(port["id"])[1],
            port_description=str(port.get("descr", "")),
            local_interface=local,
            description=str(chassis.get("descr", "")),
            management_address=addresses[0] if addresses else "",
            vlan=next((int(v["vlan-id"]) for v in vlans if v.get("pvid") in (True, "yes")), None),
        )


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    for item in _each(value):
        for name, seen in item.items():
            for one in _each(seen):
                yield name, one


def _named(chassis: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A chassis that tells its name is filed under it; one that does not is the object itself."""
    if "id" in chassis:
        return "", chassis
    if len(chassis) != 1:
        raise NotUnderstood(f"a neighbour with {len(chassis)} names")
    ((name, inside),) = chassis.items()
    return name, inside


def _id(value: dict[str, Any]) -> tuple[str, str]:
    return str(value["type"]), str(value["value"])


def _texts(value: Any) -> list[str]:
    return [str(v) for v in _each(value)]
