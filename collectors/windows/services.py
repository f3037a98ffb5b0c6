"""Services, and which accounts they run as: what stops when an account is disabled?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.windows import AccountUse, WindowsService
from auditkit.probing import NotUnderstood, PowerShell, Reply, probe
from auditkit.scrub import scrub

from ._section import Row, Section, number, text

# "Auto" in WMI; names of a Win32_Service's own, never translated
_STARTS = {"auto": "automatic", "manual": "manual", "disabled": "disabled", "boot": "boot", "system": "system"}
# Of Windows itself or with a password that Windows changes: a managed service account ends in "$". Names of NT AUTHORITY are
# translated, so a Russian server has "NT AUTHORITY\СИСТЕМА"; those of NT SERVICE are not.
_BUILTIN = re.compile(r"(?i)|localsystem|(\.\\)?localsystem|nt authority\\.*|nt service\\.*|iis apppool\\.*|локальная система|.*\$")


def builtin(account: str) -> bool:
    r"""Whether nobody can forget the password of this account, for it has none that a person set.

    >>> builtin("NT AUTHORITY\\NetworkService"), builtin("CORP\\gmsa-sql$"), builtin("CORP\\ivanov")
    (True, True, False)
    """
    return _BUILTIN.fullmatch(account.strip()) is not None


@probe("windows.services", PowerShell("services"), on=("windows",), secret=True)
def services(reply: Reply) -> Iterator[WindowsService | AccountUse]:
    """Win32_Service; delayed and triggered start from the registry."""
    section = Section(reply, "Win32_Service", "start")
    told = not section.failed("start")
    starts = {text(r, "name").lower(): r for r in section.rows("start")} if told else {}
    rows = section.rows("Win32_Service")
    if not rows:
        raise NotUnderstood("no service at all: there is no such Windows")
    for row in rows:
        yield _service(row, starts.get(text(row, "Name").lower()), told)
        account = text(row, "StartName")
        if account:
            yield AccountUse(
                account=account, kind="service", name=text(row, "Name"), builtin=builtin(account),
                enabled=text(row, "StartMode").lower() != "disabled",
            )  # fmt: skip


def _service(row: Row, start: Row | None, told: bool) -> WindowsService:
    """StartMode of a broken service is "Unknown": None."""
    mode = text(row, "StartMode").lower()
    if mode not in (*_STARTS, "unknown", ""):
        raise NotUnderstood(f"StartMode {mode!r}")
    return WindowsService(
        name=text(row, "Name"), display=text(row, "DisplayName"), state=text(row, "State").lower(), start=_STARTS.get(mode),  # type: ignore[arg-type]
        delayed=bool(start and start["delayed"]) if told else None, triggered=bool(start and start["triggered"]) if told else None,
        account=text(row, "StartName"), path=scrub(text(row, "PathName")), exit_code=number(row, "ExitCode"),
    )  # fmt: skip
