"""Pictures of the estate section."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from auditkit.reporting.document import Cell, Note, Picture, label, say
from auditkit.reporting.evidence import Draft

MOST_BARS = 24
MOST_SEEN = 30  # devices only noticed that a map shows
Network = IPv4Network | IPv6Network


def disk_picture(draft: Draft) -> Picture | Cell:
    """How full file systems are, fullest first; or the sentence that says why there is no picture."""
    from auditkit.reporting.pictures import Bar, bars

    rows = [r for r in draft.a.book.table("volume") if r.get("used_pct") is not None and not r.get("pseudo")]
    if not rows:
        gaps = draft.a.book.gaps_of("volume", None)
        return say("estate.no_volumes", tuple(f"gap:{g.question}" for g in gaps[:5]))
    rows.sort(key=lambda r: (-float(r["used_pct"]), r["asset"], r["mount"]))
    shown = rows[:MOST_BARS]
    png = bars([Bar(f"{r['asset']}: {r['mount']}", float(r["used_pct"])) for r in shown])
    caption = say("estate.disks", tuple(r["id"] for r in shown), n=len(shown), all=len(rows))
    return Picture(png, label("estate.disks_alt"), caption)


def updates_picture(draft: Draft) -> Picture | Cell:
    """How many days ago software was last updated, by asset, the longest first; or the sentence that says why there is no picture."""
    from auditkit.reporting.pictures import Bar, bars

    rows = [r for r in draft.a.book.table("last_upgrade") if r.get("at")]
    if not rows:
        gaps = draft.a.book.gaps_of("last_upgrade", None)
        return say("estate.no_updates", tuple(f"gap:{g.question}" for g in gaps[:5]))
    aged = sorted(((_days(draft, r["at"]), r) for r in rows), key=lambda pair: (-pair[0], pair[1]["asset"]))[:MOST_BARS]
    png = bars([Bar(r["asset"], days) for days, r in aged], unit="", most=max(100.0, aged[0][0] * 1.1), warn=30, alarm=90)
    caption = say("estate.updates", tuple(r["id"] for _, r in aged), n=len(aged), all=len(rows), most=int(aged[0][0]))
    return Picture(png, label("estate.updates_alt"), caption)


def _days(draft: Draft, at: str) -> float:
    return float(max(0, (draft.a.as_of - datetime.fromisoformat(at).date()).days))


def network_picture(draft: Draft) -> Picture | Note | Cell:
    """Assets and the networks they stand in, with what was only noticed there; or the sentence that says why there is no picture."""
    from auditkit.reporting.graph import Edge, Node, draw

    rows = [(r, n) for r in draft.a.book.table("address") if (n := _network(r)) is not None]
    if not rows:
        gaps = draft.a.book.gaps_of("address", None)
        return say("estate.no_networks", tuple(f"gap:{g.question}" for g in gaps[:5]))
    networks = sorted({n for _, n in rows}, key=lambda n: (n.version, n))
    known = {a.id: a for a in draft.a.book.assets if a.targets}
    nodes = [Node(f"net {n}", (str(n),), "plain") for n in networks]
    failed = {s.id for s in draft.a.targets if s.state == "failed"}
    nodes += [Node(a.id, (a.id,), "unknown" if failed >= set(a.targets) else "good") for a in known.values()]
    edges = {(r["asset"], f"net {n}"): r["address"] for r, n in rows if r["asset"] in known}
    for a in [a for a in draft.a.book.assets if not a.targets][:MOST_SEEN]:
        home = next((n for n in networks if any(_inside(x, n) for x in a.addresses)), None)
        if home is not None:
            nodes.append(Node(a.id, (a.name, *a.addresses[:1]), "unknown"))
            edges[a.id, f"net {home}"] = ""
    drawn = [Edge(start, end, words) for (start, end), words in sorted(edges.items())]
    caption = say("estate.networks", tuple(r["id"] for r, _ in rows[:60]), n=len(networks), assets=len(known))
    made = draw(nodes, drawn, alt=label("estate.networks_alt"), caption=caption)
    return replace(made, width_cm=min(16.0, 6.0 + len(nodes))) if isinstance(made, Picture) else made


def _network(row: dict[str, Any]) -> Network | None:
    """The network of an address that identifies its host; none for loopback, containers and the like."""
    if not row.get("host_address") or row.get("prefix") is None:
        return None
    try:
        return ip_network(f"{row['address']}/{row['prefix']}", strict=False)
    except ValueError:
        return None  # a spelling the reader let through is in the host's table all the same


def _inside(address: str, network: Network) -> bool:
    try:
        return ip_address(address) in network
    except ValueError:
        return False
