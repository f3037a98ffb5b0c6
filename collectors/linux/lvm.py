"""Logical volumes: vgs(8), lvs(8) with --reportformat json (LVM 2.02.158 and newer: lvmreport(7))."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from auditkit.model.shared.storage import LogicalVolume, Raid, VolumeGroup
from auditkit.probing import NotHere, Reply, Shell, probe

_OPTIONS = "--reportformat json --units b --nosuffix"
# The shell that asks has more files open than LVM likes; a missing disk is read from the columns.
_QUIET = "LVM_SUPPRESS_FD_WARNINGS=1"
_MISSING = r"(Couldn't find device with uuid|VG \S+ is missing PV|WARNING: Device for PV \S+ not found or rejected|ignoring metadata seqno)"


def _rows(reply: Reply, kind: str) -> Iterator[dict[str, Any]]:
    for report in json.loads(reply.text)["report"]:
        yield from report[kind]


@probe(
    "linux.volume_groups",
    Shell(f"{_QUIET} vgs {_OPTIONS} -o vg_name,vg_uuid,vg_size,vg_free,pv_count,vg_missing_pv_count", root=True),
    missing="no LVM here",
    harmless=_MISSING,
)
def volume_groups(reply: Reply) -> Iterator[VolumeGroup]:
    """Sizes in bytes."""
    rows = list(_rows(reply, "vg"))
    if not rows:
        raise NotHere("no volume group on this host")
    for row in rows:
        yield VolumeGroup(
            name=row["vg_name"], uuid=row["vg_uuid"], size_bytes=int(row["vg_size"]), free_bytes=int(row["vg_free"]),
            physical_volumes=int(row["pv_count"]), missing=int(row["vg_missing_pv_count"]),
        )  # fmt: skip


@probe(
    "linux.logical_volumes",
    Shell(
        f"{_QUIET} lvs {_OPTIONS} -o vg_name,lv_name,segtype,lv_size,lv_active,lv_health_status,pool_lv,origin,data_percent"
        ",metadata_percent,copy_percent,devices,lv_attr",
        root=True,
    ),
    missing="no LVM here",
    harmless=_MISSING,
)
def logical_volumes(reply: Reply) -> Iterator[LogicalVolume | Raid]:
    """A row a segment. A mirrored volume is an array as well: degraded where LVM calls it partial or in need of a refresh."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in _rows(reply, "lv"):
        found.setdefault((row["vg_name"], row["lv_name"]), []).append(row)
    if not found:
        raise NotHere("no logical volume on this host")
    for rows in found.values():
        yield _volume(rows)
        if rows[0]["segtype"].startswith("raid") or rows[0]["segtype"] == "mirror":
            yield _array(rows)


def _volume(rows: list[dict[str, Any]]) -> LogicalVolume:
    row = rows[0]
    partial = row["lv_attr"][8:9] == "p"
    return LogicalVolume(
        group_name=row["vg_name"], name=row["lv_name"], kind=row["segtype"], size_bytes=int(row["lv_size"]),
        active=row["lv_active"] == "active", health=row["lv_health_status"] or ("partial" if partial else ""),
        pool=row["pool_lv"], origin=row["origin"], data_pct=_percent(row["data_percent"]), metadata_pct=_percent(row["metadata_percent"]),
    )  # fmt: skip


def _percent(text: str) -> float | None:
    return float(text) if text else None


def _array(rows: list[dict[str, Any]]) -> Raid:
    row = rows[0]
    synced = _percent(row["copy_percent"])
    health = row["lv_health_status"]
    members = [part.partition("(")[0] for r in rows for part in r["devices"].split(",")]
    return Raid(
        name=f"lvm:{row['vg_name']}/{row['lv_name']}", level=row["segtype"], state=health or row["lv_active"] or "inactive",
        members=tuple(members), failed=tuple(m for m in members if m.startswith("[unknown]")), spare=(),
        degraded=health in ("partial", "refresh needed") or row["lv_attr"][8:9] == "p",
        progress=f"sync {synced} %" if synced is not None and synced < 100 else "",
    )  # fmt: skip
