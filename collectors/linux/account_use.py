"""What stops when an account of a Linux host is locked: units, cron jobs and timers by the account they run as."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditkit.model import fact
from auditkit.model.shared.access import Account
from auditkit.model.shared.software import ScheduledTask
from auditkit.model.shared.windows import AccountUse
from auditkit.probing import Reply, derived, probe

from ._systemd import units as blocks

FIRST_HUMAN = 1000  # UID_MIN of login.defs(5), the same on every family this program knows
_OFF = ("disabled", "masked", "")


@fact(key=("unit",))
class UnitAccount:
    """A service and the account that its unit file names (systemd.exec(5), User=). account: "" = none is named, which means root.

    dynamic: systemd makes the account as the unit starts, nobody can lock it.
    """

    unit: str
    account: str
    dynamic: bool
    enabled: bool


@probe(
    "linux.unit_accounts",
    "systemctl show --all --no-pager --property=Id,LoadState,ActiveState,UnitFileState,User,DynamicUser '*.service'",
)
def unit_accounts(reply: Reply) -> Iterator[UnitAccount]:
    """Of a unit that runs the account is told as it is; DynamicUser is known from systemd 232 on."""
    for unit in blocks(reply.text):
        if unit["LoadState"][0] in ("not-found", "masked"):
            continue
        runs = unit["ActiveState"][0] in ("active", "activating", "reloading")
        starts = unit.get("UnitFileState", [""])[0] not in _OFF
        dynamic = unit.get("DynamicUser", ["no"])[0] == "yes"
        yield UnitAccount(unit=unit["Id"][0], account=unit.get("User", [""])[0], dynamic=dynamic, enabled=runs or starts)


@derived("linux.account_use")
def account_use(unit: Sequence[UnitAccount], task: Sequence[ScheduledTask], account: Sequence[Account]) -> Iterator[AccountUse]:
    """Accounts that a person may lock: those from FIRST_HUMAN on, and those that are not in passwd at all (of a directory)."""
    own = {a.name for a in account if a.uid < FIRST_HUMAN}
    for u in unit:
        if u.account:
            yield AccountUse(account=u.account, kind="service", name=u.unit, builtin=u.dynamic or _kept(u.account, own), enabled=u.enabled)
    made: dict[tuple[str, str], AccountUse] = {}
    for t in task:
        if t.kind in ("cron", "at") and t.owner:
            name = f"{t.source}: {t.schedule} {t.command or '?'}"[:200]
            made[t.owner, name] = AccountUse(account=t.owner, kind="cron", name=name, builtin=_kept(t.owner, own), enabled=t.enabled)
    yield from made.values()


def _kept(account: str, own: set[str]) -> bool:
    """Of the system itself. A number is a user id (systemd takes both)."""
    return account in own or (account.isdigit() and int(account) < FIRST_HUMAN)
