"""Drives and volumes behind RAID controllers (Storage, Drive, Volume): what the operating system does not see."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.model.shared.iron import IronDrive, IronVolume
from auditkit.probing import Reply, Resources, probe

from ._rows import plugged


@probe("redfish.drives", Resources("Systems/Storage/Drives"), on=("redfish",))
def drives(reply: Reply) -> Iterator[IronDrive]:
    """Drive 1.17."""
    for r in plugged(reply, "a drive"):
        yield IronDrive(
            ref=r.at, name=r.text("Name", "Id"), model=r.text("Model"), serial=r.serial("SerialNumber"),
            media=r.text("MediaType").lower(), capacity_bytes=r.whole("CapacityBytes"), health=r.health(),
            failure_predicted=r.truth("FailurePredicted"), life_left_pct=r.number("PredictedMediaLifeLeftPercent"),
        )  # fmt: skip


@probe("redfish.volumes", Resources("Systems/Storage/Volumes"), on=("redfish",))
def volumes(reply: Reply) -> Iterator[IronVolume]:
    """Volume 1.9. RAIDType is newer than many controllers: the older VolumeType says less."""
    for r in plugged(reply, "a volume"):
        level = r.text("RAIDType", "VolumeType").lower()
        yield IronVolume(ref=r.at, name=r.text("Name", "Id"), level=level, capacity_bytes=r.whole("CapacityBytes"), health=r.health())
