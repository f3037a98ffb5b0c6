"""Which accounts something hangs on, and which of them a person may lock."""

from __future__ import annotations

from typing import Any

from auditkit.model.shared.access import Account
from auditkit.model.shared.software import ScheduledTask
from auditkit.registry import registry

account_use = registry().derived["linux.account_use"]
UnitAccount: Any = registry().types["unit_account"]


def account(name: str, uid: int) -> Account:
    return Account(name=name, uid=uid, gid=uid, gecos="", home="/", shell="/bin/sh", interactive=True)


def unit(name: str, user: str, *, dynamic: bool = False, enabled: bool = True) -> Any:
    return UnitAccount(unit=name, account=user, dynamic=dynamic, enabled=enabled)


def cron(owner: str, command: str | None, kind: str = "cron") -> ScheduledTask:
    return ScheduledTask(
        kind=kind, owner=owner, schedule="0 3 * * *", command=command, source="/etc/crontab", enabled=True,  # type: ignore[arg-type]
    )  # fmt: skip


ACCOUNTS = [account("root", 0), account("postgres", 106), account("petrov", 1001)]


def test_accounts_of_people_and_of_a_directory_may_be_locked_and_those_of_the_system_may_not() -> None:
    units = [unit("db", "postgres"), unit("export", "petrov"), unit("sync", "CORP\\svc"), unit("f", "fw", dynamic=True), unit("n", "998")]
    made = {u.name: u.builtin for u in account_use.read(units, [], ACCOUNTS)}
    assert made == {"db": True, "export": False, "sync": False, "f": True, "n": True}


def test_a_unit_without_an_account_runs_as_root_and_is_no_use_of_one() -> None:
    assert list(account_use.read([unit("ssh", "")], [], ACCOUNTS)) == []


def test_a_job_of_cron_is_a_use_and_a_timer_is_one_through_its_service() -> None:
    made = list(account_use.read([], [cron("petrov", "dump"), cron("petrov", None), cron("root", "x", "timer")], ACCOUNTS))
    assert [(u.kind, u.name, u.builtin) for u in made] == [
        ("cron", "/etc/crontab: 0 3 * * * dump", False), ("cron", "/etc/crontab: 0 3 * * * ?", False),
    ]  # fmt: skip


def test_two_jobs_of_one_line_are_one_use() -> None:
    assert len(list(account_use.read([], [cron("petrov", "dump"), cron("petrov", "dump")], ACCOUNTS))) == 1
