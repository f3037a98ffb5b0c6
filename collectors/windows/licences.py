"""Whether Windows and Office are activated, and by which kind of key."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.windows import WindowsLicence
from auditkit.probing import NotUnderstood, PowerShell, Reply, probe

from ._section import Section, number, text, whole

_WINDOWS = "55c92734-d682-4d71-983e-d6ec3f16059f"  # ApplicationID
_STATES = ("unlicensed", "licensed", "oob grace", "oot grace", "non-genuine grace", "notification", "extended grace")
_CHANNEL = re.compile(r"(VOLUME_KMSCLIENT|VOLUME_MAK|VOLUME_KMS\w*|OEM_\w+|RETAIL|TIMEBASED_\w+|VIRTUAL_MACHINE_ACTIVATION)", re.I)


@probe("windows.licences", PowerShell("licences", seconds=120), on=("windows",), missing="this Windows has no such licensing service")
def licences(reply: Reply) -> Iterator[WindowsLicence]:
    """SoftwareLicensingProduct with a key. channel: of its description, which is not translated; "" = it names none."""
    for row in Section(reply, "SoftwareLicensingProduct").rows("SoftwareLicensingProduct"):
        state = whole(row, "LicenseStatus")
        if state not in range(len(_STATES)):
            raise NotUnderstood(f"LicenseStatus {state}")
        channel = _CHANNEL.search(text(row, "Description"))
        yield WindowsLicence(
            activation=text(row, "ID"), name=text(row, "Name"), windows=text(row, "ApplicationID").lower() == _WINDOWS,
            state=_STATES[state], channel=channel[1].lower() if channel else "",  # type: ignore[arg-type]
            kms=text(row, "KeyManagementServiceMachine"), grace_min=number(row, "GracePeriodRemaining") or 0,
        )  # fmt: skip
