"""Addresses, networks and ranges as people write them, checked before anything is sent anywhere."""

from __future__ import annotations

import ipaddress
import re

_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")


def address(text: str) -> str:
    """A host name (RFC 1123, and the _ that Windows allows) or an IP address, as given. Raises ValueError with the cure."""
    text = text.strip()
    if not text:
        raise ValueError("is empty: a host name or an IP address is needed")
    if "://" in text or "/" in text:
        raise ValueError("must be a host name or an IP address alone, without scheme, path or mask")
    if "@" in text:
        raise ValueError("must be a host name or an IP address alone; the login belongs to the credential")
    if _is_ip(text.partition("%")[0]):
        return text
    if ":" in text or "[" in text:
        raise ValueError("is no host name and no IP address; a port goes to `port:`, an IPv6 address stands without brackets")
    labels = text.removesuffix(".").split(".")
    if odd := next((c for c in text if not c.isascii()), ""):
        raise ValueError(f"holds {odd!r}, which is no latin letter (a name in Cyrillic must be written in its xn-- form)")
    if len(text) > 253 or not all(_LABEL.fullmatch(part) for part in labels):
        raise ValueError("is no host name and no IP address (letters, digits, - and dots)")
    if labels[-1].isdigit():
        raise ValueError("is no IP address: four numbers from 0 to 255 are needed")
    return text


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def network(text: str) -> str:
    """A network with its mask (10.0.0.0/24) or one address, in normal form. Raises ValueError with the cure."""
    try:
        return str(ipaddress.ip_network(text.strip()))
    except ValueError:
        pass
    try:
        inside = ipaddress.ip_interface(text.strip()).network
    except ValueError:
        raise ValueError("is no network: write 10.0.0.0/24 or 2001:db8::/64") from None
    raise ValueError(f"has bits to the right of its mask: write {inside}")


def span(text: str) -> str:
    """A network, one address, or first-last (10.0.0.10-10.0.0.90), in normal form. Raises ValueError with the cure."""
    first, dash, last = (part.strip() for part in text.partition("-"))
    if not dash:
        return network(text)
    if not (_is_ip(first) and _is_ip(last)):
        raise ValueError("is no range: write 10.0.0.0/24, or first-last in full: 10.0.0.10-10.0.0.90")
    low, high = ipaddress.ip_address(first), ipaddress.ip_address(last)
    if low.version != high.version or int(low) > int(high):
        raise ValueError("is no range: the first address must not lie behind the last")
    return f"{low}-{high}"
