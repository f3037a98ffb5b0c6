"""Block devices: lsblk(8)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from auditkit.model.shared.storage import Disk
from auditkit.probing import NotUnderstood, Reply, probe

from ._readings import NO_FILE, grepped

# -P is understood since util-linux 2.20 (RHEL 7 has 2.23), -J only since 2.27
_COLUMNS = "KNAME,NAME,PKNAME,TYPE,SIZE,ROTA,RM,RO,TRAN,VENDOR,MODEL,SERIAL,FSTYPE,MOUNTPOINT"
_PAIR = re.compile(r'(?<![A-Z_:-])([A-Z_:-]{1,40})="([^"]*)"')
_HEX = re.compile(rb"\\x([0-9a-fA-F]{2})")
_FILES = "size removable ro queue/rotational device/vendor device/model device/serial loop/backing_file"
_SYSFS = " ".join(f"/sys/block/*/{name}" for name in _FILES.split())


@probe("linux.disks", f"lsblk -b -P -o {_COLUMNS}", codes=(0, 2), harmless=NO_FILE)  # 2: of the other way
def disks(reply: Reply) -> Iterator[Disk]:
    """NAME="value" pairs. A device made of several (md over two disks) has a line for each of them."""
    found: dict[str, Disk] = {}
    names: dict[str, str] = {}  # dm-3 -> vg0-root
    for line in reply.lines():
        v = {k: _bytes(value) for k, value in _PAIR.findall(line)}
        if _PAIR.sub("", line).strip() or not v.get("KNAME"):
            raise NotUnderstood(f"no device: {line[:80]!r}")
        name = names[v["KNAME"]] = v["NAME"]
        made_of = (*found[name].parent, v["PKNAME"]) if name in found else (v["PKNAME"],)
        found[name] = _disk(v, tuple(sorted({p for p in made_of if p})))
    for disk in found.values():
        yield replace(disk, parent=tuple(sorted(names.get(p, p) for p in disk.parent)))


def _bytes(value: str) -> str:
    """Every byte outside a plain set stands as \\xNN.

    >>> _bytes("Kingston\\\\x20DT"), _bytes("\\\\xd0\\\\xb4")
    ('Kingston DT', 'д')
    """
    return _HEX.sub(lambda m: bytes([int(m[1], 16)]), value.encode()).decode("utf-8", "replace").strip()


def _disk(v: dict[str, str], parent: tuple[str, ...]) -> Disk:
    hardware = v["TYPE"] in ("disk", "rom") and not v["NAME"].startswith(("zram", "ram", "nbd", "rbd", "drbd", "zd"))
    model = " ".join(filter(None, (v["VENDOR"] if v["VENDOR"] not in ("ATA", "0x1af4") else "", v["MODEL"])))
    return Disk(
        name=v["NAME"],
        kind=v["TYPE"],
        size_bytes=int(v["SIZE"]),
        model=model or (None if hardware else ""),
        serial=v["SERIAL"] or (None if hardware else ""),
        rotational=v["ROTA"] == "1" if v["ROTA"] in ("0", "1") else None,
        removable=v["RM"] == "1",
        read_only=v["RO"] == "1",
        bus=v["TRAN"] or ("virtio" if re.match(r"vd[a-z]+$", v["NAME"]) else ""),
        parent=parent,
        fs=v["FSTYPE"],
        mount=v["MOUNTPOINT"],
    )


@disks.otherwise(f"grep -H '' {_SYSFS}")
def _(reply: Reply) -> Iterator[Disk]:
    """sysfs: whole devices only; size in sectors of 512 bytes."""
    values: dict[str, dict[str, str]] = {}
    for path, value in grepped(reply):
        _, _, _, name, what = path.split("/", 4)
        values.setdefault(name, {})[what] = value
    for name, v in sorted(values.items()):
        kind = "loop" if name.startswith("loop") else "rom" if name.startswith("sr") else "disk"
        if kind != "loop" or "loop/backing_file" in v:
            yield Disk(
                name=name, kind=kind, size_bytes=int(v["size"]) * 512, model=v.get("device/model") or None,
                serial=v.get("device/serial") or None, rotational=v["queue/rotational"] == "1" if "queue/rotational" in v else None,
                removable=v.get("removable") == "1", read_only=v.get("ro") == "1", bus="", parent=(), fs="", mount="",
            )  # fmt: skip
