"""Interfaces, from sysfs: the same files on every kernel since 2.6, no tool needed (Documentation/ABI/testing/sysfs-class-net)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from auditkit.model.shared.network import Interface
from auditkit.probing import NotUnderstood, Reply, probe

_FILES = (
    "address addr_assign_type type flags operstate ifindex iflink mtu speed duplex uevent tun_flags"
    " bridge/bridge_id bonding/mode bonding_slave/perm_hwaddr"
)
_PATHS = " ".join(f"/sys/class/net/*/{name}" for name in _FILES.split())
_ETHERNET, _LOOPBACK = "1", "772"  # include/uapi/linux/if_arp.h
_KINDS = {"772": "loopback", "512": "ppp", "768": "ipip", "769": "ip6tnl", "776": "sit", "778": "gre", "65534": "tun", "32": "infiniband"}
_OWN_MAC = ("0", "3")  # addr_assign_type: permanent, set by hand; 1 is random, 2 stolen from another interface
_LINK = re.compile(r"/sys/class/net/([^/\s]+)(/master)? -> (\S+)$")


@probe(
    "linux.interfaces",
    f"ls -ld /sys/class/net/* /sys/class/net/*/master; grep -H '' {_PATHS}",
    codes=(0, 1, 2),
    # speed and duplex of what has no link cannot be read; most interfaces have only some of the files
    harmless=r"(Invalid argument|No such file or directory)$",
)
def interfaces(reply: Reply) -> Iterator[Interface]:
    """Links of sysfs (device or virtual, master) and then one value a line."""
    devices: dict[str, str] = {}
    masters: dict[str, str] = {}
    values: dict[str, dict[str, str]] = defaultdict(dict)
    for line in reply.lines():
        link = _LINK.search(line)
        if link:
            (masters if link[2] else devices)[link[1]] = link[3]
        elif line.startswith("/sys/class/net/"):
            path, _, value = line.partition(":") if ":" not in line.split("/")[4] else _alias(line)
            name, _, what = path.removeprefix("/sys/class/net/").partition("/")
            key = value.partition("=")[0] if what == "uevent" else what
            values[name][key] = value.partition("=")[2] if what == "uevent" else value
        elif not line.endswith("/sys/class/net/bonding_masters"):
            raise NotUnderstood(f"neither link nor value: {line[:80]!r}")
    for name in sorted(devices):
        yield _interface(name, devices[name], masters.get(name, ""), values[name])


def _alias(line: str) -> tuple[str, str, str]:
    """An alias of old (eth0:1) has a colon in its name."""
    head, _, rest = line.removeprefix("/sys/class/net/").partition("/")
    what, colon, value = rest.partition(":")
    return f"/sys/class/net/{head}/{what}", colon, value


def _interface(name: str, device: str, master: str, v: dict[str, str]) -> Interface:
    if "type" not in v:
        raise NotUnderstood(f"{name}: the kernel gave no type")
    mac = v.get("address", "").lower() if v["type"] not in (_LOOPBACK, "65534") else ""
    mac = "" if not mac.strip("0:") else mac
    state = v.get("operstate", "unknown")
    speed = int(v["speed"]) if "speed" in v else 0 if "/virtual/" in device else -1
    duplex = v.get("duplex", "" if "/virtual/" in device else "unknown")
    return Interface(
        name=name,
        mac=mac,
        hardware_mac=_hardware_mac(device, v, mac),
        up=state == "up" or (state == "unknown" and bool(int(v.get("flags", "0"), 16) & 1)),
        mtu=int(v["mtu"]) if "mtu" in v else None,
        speed_mbps=None if speed in (-1, 0xFFFFFFFF) else speed,
        duplex=None if duplex == "unknown" else duplex,
        kind=_kind(device, v),
        master=master.rpartition("/")[2],
    )


def _hardware_mac(device: str, v: dict[str, str], mac: str) -> str:
    """A member of a bond goes by the bond's address; the kernel keeps its own for it."""
    if "/virtual/" in device or v["type"] != _ETHERNET:
        return ""
    return v.get("bonding_slave/perm_hwaddr", mac if v.get("addr_assign_type", "0") in _OWN_MAC else "").lower()


def _kind(device: str, v: dict[str, str]) -> str:
    if "bridge/bridge_id" in v:
        return "bridge"
    if "bonding/mode" in v:
        return "bond"
    if "tun_flags" in v:
        return "tap" if int(v["tun_flags"], 16) & 2 else "tun"
    if v.get("DEVTYPE"):
        return v["DEVTYPE"]
    if v["type"] in _KINDS:
        return _KINDS[v["type"]]
    if "/virtual/" in device and v["type"] == _ETHERNET and v.get("iflink") != v.get("ifindex"):
        return "veth"
    return "virtual" if "/virtual/" in device else "ethernet" if v["type"] == _ETHERNET else f"type {v['type']}"
