"""Whether Windows waits for a restart."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.windows import WindowsReboot
from auditkit.probing import NotUnderstood, PowerShell, Reply, probe

from ._section import Row, Section, sure, text, texts

# Installers and the spooler leave such behind all the time: these files are only swept away, nothing waits for it.
_SWEPT = re.compile(r"(?i).*\\(temp|tmp)\\.*|.*\\spool\\.*|.*\\drvstore\\.*|.*\.tmp|.*\\edgeupdate\\.*|.*\\google\\(update|chrome)\\.*")


@probe("windows.reboot", PowerShell("reboot"), on=("windows",))
def reboot(reply: Reply) -> Iterator[WindowsReboot]:
    """The flags of component servicing and Windows Update, renames at the next start, a new computer name."""
    section = Section(reply, "flag", "renames", "name_now", "name_next")
    flags = {text(r, "name"): sure(r, "there") for r in section.rows("flag")}
    renames, now, following = (section.one(w) for w in ("renames", "name_now", "name_next"))
    if set(flags) != {"components", "updates"} or renames is None or now is None or following is None:
        raise NotUnderstood("one of the flags, renames, name_now, name_next is not there")
    because = [name for name, there in flags.items() if there]
    because += ["renames"] if _renames(renames) else []
    because += ["name"] if text(now, "ComputerName").lower() != text(following, "ComputerName").lower() else []
    yield WindowsReboot(required=bool(because), because=tuple(because))


def _renames(row: Row) -> list[str]:
    """The list holds pairs: from, to ("" = delete)."""
    told = texts(row, "PendingFileRenameOperations")
    return [name for name in told[::2] if name.strip() and not _SWEPT.fullmatch(name)]
