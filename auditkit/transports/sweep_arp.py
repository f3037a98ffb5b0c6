"""The kernel's table of IPv4 neighbours: who on the same wire said which hardware address is theirs."""

from __future__ import annotations

from pathlib import Path

TABLE = Path("/proc/thread-self/net/arp")  # of the network namespace that this thread is in
_COMPLETE = 0x02  # ATF_COM of linux/if_arp.h: the neighbour answered


def parse(text: str) -> dict[str, str]:
    """proc(5) /proc/net/arp -> address -> MAC in lower case; "" = it was asked for and nobody answered.

    >>> parse('''IP address  HW type  Flags  HW address  Mask  Device
    ... 10.0.0.5    0x1      0x2    02:00:00:AA:00:05     *        eth0
    ... 10.0.0.6    0x1      0x0    00:00:00:00:00:00     *        eth0''')
    {'10.0.0.5': '02:00:00:aa:00:05', '10.0.0.6': ''}
    """
    found: dict[str, str] = {}
    for line in text.splitlines()[1:]:
        cells = line.split()
        if len(cells) >= 4:
            mac = cells[3].lower() if int(cells[2], 16) & _COMPLETE else ""
            found[cells[0]] = mac or found.get(cells[0], "")  # on two wires at once: the one that answered
    return found


def table() -> dict[str, str]:
    """The table now; empty on a system that has none (then no address counts as on the same wire)."""
    try:
        return parse(TABLE.read_text(encoding="ascii", errors="replace"))
    except FileNotFoundError:
        return {}
