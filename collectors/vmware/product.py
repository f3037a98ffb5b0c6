"""What was asked: a vCenter, or one ESXi host; and its licences."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from auditkit.model.shared.vmware import VsphereLicence, VsphereProduct
from auditkit.probing import NotUnderstood, Objects, Reply, probe

from ._rows import rows

_KINDS = {"VirtualCenter": "vcenter", "HostAgent": "esxi"}


@probe("vmware.product", Objects("ServiceInstance", ("about",)), on=("vsphere",))
def product(reply: Reply) -> Iterator[VsphereProduct]:
    """AboutInfo: apiType tells a vCenter from a host."""
    for row in rows(reply, "ServiceInstance"):
        about = row.get("about")
        kind: Any = _KINDS.get(about["apiType"])
        if kind is None:
            raise NotUnderstood(f"apiType {about['apiType']!r}")
        yield VsphereProduct(
            kind=kind, name=about["name"], version=about["version"], build=about["build"], instance=about.get("instanceUuid", "")
        )


@probe("vmware.licences", Objects("LicenseManager", ("licenses",)), secret=True, on=("vsphere",))
def licences(reply: Reply) -> Iterator[VsphereLicence]:
    """LicenseInfo: the key is a secret; "eval" is the evaluation every installation begins with."""
    for row in rows(reply, "LicenseManager"):
        for one in row.get("licenses", unset=[]):
            until = next((p["value"] for p in one.get("properties", []) if p["key"] == "expirationDate"), None)
            yield VsphereLicence(
                edition=one["editionKey"], name=one["name"], key_print=reply.secret(one["licenseKey"], "licence key"), total=one["total"],
                used=one.get("used"), evaluation=one["editionKey"] == "eval",
                ends="dated" if until else "never", expires=datetime.fromisoformat(until) if until else None,
            )  # fmt: skip
