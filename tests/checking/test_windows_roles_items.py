"""The checklist of Windows roles: every rule shown good, bad, and with nothing seen; and the traps of event logs, copies, accounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from auditkit.book import build
from auditkit.checking import check, load_checklists
from auditkit.model import Found, Outcome, Question, Unknown
from auditkit.model.shared.windows import AccountUse, LocalUser, WindowsService
from auditkit.probing import Reply
from auditkit.registry import registry
from auditkit.store import Store, TargetInfo, Told
from tests.lab import cases

REGISTRY = registry()
NOW = datetime(2026, 11, 22, tzinfo=UTC)
ITEMS = {i.id: i for one in load_checklists() if one.checklist == "windows_roles" for i in one.items}
# probe -> case of a neglected server, case of a kept one
CASES = {
    "windows.os": ("srv2019", "srv2019"),
    "windows.tasks": ("srv2019", "srv2019-clean"),
    "windows.sql": ("srv2019", "srv2022-windows-logins"),
    "windows.sql_databases": ("srv2019", "srv2019-kept"),
    "windows.sql_logins": ("srv2019", "srv2019-kept"),
    "windows.sql_jobs": ("srv2019", "srv2019-kept"),
    "windows.iis": ("srv2019", "srv2019-whole"),
    "windows.certificates": ("srv2019", "srv2019-kept"),
    "windows.hyperv": ("srv2019", "srv2022-kept"),
    "windows.cluster": ("srv2019", "absent"),
    "windows.events": ("noisy", "quiet"),
    "windows.troubles": ("srv2019", "quiet"),
    "windows.backups": ("srv2019", "srv2019-kept"),
    "windows.rds": ("srv2019", "srv2019-licensed"),
    "windows.rds_licences": ("srv2019", "srv2019-licensed"),
    "windows.dhcp": ("srv2019", "srv2019-kept"),
    "windows.dns": ("srv2019", "srv2019-kept"),
    "windows.exchange": ("srv2019", "subscription"),
    "windows.dfs": ("srv2019", "srv2019-kept"),
    "windows.sharefolders": ("srv2019", "srv2019-kept"),
    "windows.shares": ("srv2019", "srv2019"),
    "windows.services": ("srv2019", "srv2019"),
    "windows.accounts": ("srv2019", "srv2019"),
}
BAD, KEPT = 0, 1
SERVICE = WindowsService(
    name="VeeamBackupSvc", display="Veeam", state="stopped", start="automatic", delayed=False, triggered=False, account="LocalSystem",
    path="", exit_code=0,
)  # fmt: skip
USER = LocalUser(
    sid="S-1-5-21-1-2-3-1001", rid=1001, name="Backup", enabled=False, password_required=True, password_expires=False, locked=False
)

OTHER = replace(USER, sid="S-1-5-21-1-2-3-1002", name="Резерв")


def outcome(probe: str, case: str) -> Outcome:
    return REGISTRY.probes[probe].outcome(cases.load(cases.REPLIES / probe / case).reply)


def use(account: str, enabled: bool = True) -> AccountUse:
    return AccountUse(account=account, kind="service", name="x", builtin=False, enabled=enabled)


def domain_user(login: str, enabled: bool | None) -> Outcome:
    """A user of a recorded domain under another name."""
    seen = outcome("directory.users", "samba-4.17-seeded")
    assert isinstance(seen, Found)
    one: Any = next(f for f in seen.facts if type(f).__name__ == "DirectoryUser")
    return Found((replace(one, login=login, enabled=enabled, upn=f"{login}@corp.example"),))


def verdicts(given: dict[str, Outcome | str], which: int = KEPT, domain: Outcome | None = None, of: str = "w") -> dict[str, str]:
    """Item -> state of one server (w) or of the domain (d); given: instead of a probe's case another one, or an outcome."""
    told = []
    for name in (p.name for p in REGISTRY.probes_on("windows")):
        instead = given.get(name, CASES[name][which] if name in CASES else Found(()))
        made = outcome(name, instead) if isinstance(instead, str) else instead
        told.append(Told(Question("w", name, ""), str(REGISTRY.probes[name].command), made, Reply(b""), NOW, False))
    targets = [TargetInfo("w", "windows", "replay", "w")]
    if domain is not None:
        targets.append(TargetInfo("d", "directory", "replay", "d"))
        told += [Told(Question("d", p.name, "*"), "search", Found(()), Reply(b""), NOW, False) for p in REGISTRY.probes_on("directory")]
        told.append(Told(Question("d", "directory.users", "1"), "search", domain, Reply(b""), NOW, False))
    store = Store.open(None, b"k")
    snap = store.begin(targets, [t.question for t in told], NOW, "test", "test")
    store.record(snap, told)
    book = build(store, store.snapshot(snap), REGISTRY, date(2026, 11, 22))
    return {v.item.id: v.state for v in check(book, ITEMS.values()) if v.asset == of}


# -- every rule


DOMAIN, LOCAL = "WIN-62", "WIN-61"
STARTS, SYSTEM = "WIN-41", "WIN-33"


def test_there_are_at_least_thirty_five_rules_for_windows() -> None:
    assert len(ITEMS) == 37
    assert list(ITEMS) == [f"WIN-{n}" for n in range(29, 66)]


def test_a_neglected_server_is_told_what_is_wrong() -> None:
    found = verdicts({"windows.services": Found((SERVICE,))}, BAD)
    apart = {LOCAL, STARTS, SYSTEM}  # shown by themselves below
    assert {i for i, state in found.items() if state != "alarm"} == apart


def test_an_instance_that_may_do_everything_on_its_server() -> None:
    assert verdicts({"windows.sql": "local-system"})[SYSTEM] == "alarm"
    for written in (".\\LocalSystem", "NT AUTHORITY\\SYSTEM", "NT AUTHORITY\\СИСТЕМА"):
        seen = outcome("windows.sql", "local-system")
        assert isinstance(seen, Found)
        named: Any = tuple(replace(f, account=written) if type(f).__name__ == "SqlInstance" else f for f in seen.facts)  # type: ignore[type-var]
        assert verdicts({"windows.sql": Found(named)})[SYSTEM] == "alarm"


def test_a_kept_server_hears_nothing() -> None:
    running = Found((replace(SERVICE, state="running"),))
    found = verdicts({"windows.services": running, "windows.cluster": "srv2019-whole"}, KEPT)
    assert {i for i, state in found.items() if state == "alarm"} == set()
    # no copy of a file system is damaged, nobody broke down: the parts that have no rows are not applicable, and the log is long enough
    assert {i for i, state in found.items() if state == "unknown"} == set()
    assert {i for i, state in found.items() if state == "not_applicable"} == {LOCAL}


def test_what_was_not_seen_is_unknown_everywhere() -> None:
    found = verdicts({name: Unknown("refused") for name in CASES}, domain=Unknown("refused"))
    assert set(found.values()) == {"unknown"}
    assert set(found) == set(ITEMS) - {DOMAIN}


def test_a_server_without_these_roles_gets_no_green_of_them() -> None:
    none = ("sql", "sql_databases", "sql_logins", "sql_jobs", "iis", "hyperv", "cluster", "dhcp", "dns", "exchange", "dfs", "rds")
    found = verdicts({f"windows.{name}": Found(()) for name in none})
    roles = [f"WIN-{n}" for n in (*range(29, 44), 45, *range(52, 58), 59)]
    assert {i: found[i] for i in roles if found[i] != "not_applicable"} == {}


# -- accounts


@pytest.mark.parametrize(
    ("account", "enabled", "state"),
    [
        (r".\backup", True, "alarm"),  # the account is called Backup: names have no case
        (r".\other", True, "ok"),
        (r".\резерв", True, "alarm"),  # in any alphabet
        (r".\backup", False, "not_applicable"),  # a service that is switched off stops with nobody
        (r"CORP\backup", True, "not_applicable"),  # an account of the domain is another
    ],
)
def test_a_service_under_a_disabled_local_account(account: str, enabled: bool, state: str) -> None:
    given: dict[str, Outcome | str] = {name: Found(()) for name in CASES}
    given |= {"windows.services": Found((use(account, enabled),)), "windows.accounts": Found((USER, OTHER))}
    assert verdicts(given)[LOCAL] == state


def test_local_accounts_that_were_not_seen_are_not_fine() -> None:
    given: dict[str, Outcome | str] = {name: Found(()) for name in CASES}
    given |= {"windows.services": Found((use(r".\backup"),)), "windows.accounts": Unknown("refused")}
    assert verdicts(given)[LOCAL] == "unknown"


USES = [
    (r"CORP\ivanov", False, "alarm"),
    (r"CORP\IVANOV", False, "alarm"),
    ("ivanov@corp.example", False, "alarm"),
    # Of hosts that nobody asks for it nobody knows what runs there: no alarm, and no green either.
    (r"CORP\petrov", False, "unknown"),
    (r"CORP\xivanov", False, "unknown"),  # ends alike and is another
    (r".\ivanov", False, "unknown"),  # an account of the host itself
    (r"CORP\ivanov", True, "not_applicable"),
    (r"CORP\ivanov", None, "unknown"),  # whether it is enabled may not be read
]


@pytest.mark.parametrize(("account", "enabled", "state"), USES)
def test_what_runs_under_a_disabled_account_of_the_domain_is_said_at_the_domain(account: str, enabled: bool | None, state: str) -> None:
    given: dict[str, Outcome | str] = {name: Found(()) for name in CASES}
    given["windows.services"] = Found((use(account),))
    assert verdicts(given, domain=domain_user("ivanov", enabled), of="d")[DOMAIN] == state
    assert DOMAIN not in verdicts(given, domain=domain_user("ivanov", enabled))


def test_a_service_that_is_switched_off_stops_with_nobody() -> None:
    given: dict[str, Outcome | str] = {name: Found(()) for name in CASES}
    given["windows.services"] = Found((use(r"CORP\ivanov", enabled=False),))
    assert verdicts(given, domain=domain_user("ivanov", enabled=False), of="d")[DOMAIN] == "unknown"


# -- traps


@pytest.mark.parametrize(
    ("probe", "case", "items", "state"),
    [
        ("windows.troubles", "young-log", ("WIN-46", "WIN-47", "WIN-48"), "unknown"),  # two days of log prove nothing about a month
        ("windows.troubles", "log-refused", ("WIN-46", "WIN-47", "WIN-48", "WIN-64", "WIN-65"), "unknown"),
        ("windows.events", "more-than-asked", ("WIN-64", "WIN-65"), "unknown"),
        ("windows.backups", "log-refused", ("WIN-50",), "unknown"),
        ("windows.backups", "log-turned-off", ("WIN-49", "WIN-50"), "unknown"),
        ("windows.hyperv", "no-administrator", ("WIN-39", "WIN-40", "WIN-41", "WIN-42"), "unknown"),
        ("windows.hyperv", "srv2008", ("WIN-39", "WIN-40"), "unknown"),
        ("windows.dfs", "no-administrator", ("WIN-59",), "unknown"),
        ("windows.tasks", "no-administrator", ("WIN-60",), "unknown"),
        ("windows.tasks", "one-task-refused", ("WIN-60",), "unknown"),
        ("windows.sql_databases", "one-instance-refused", ("WIN-29", "WIN-30", "WIN-36"), "unknown"),
        ("windows.sql_databases", "no-sysadmin", ("WIN-29", "WIN-36"), "unknown"),
        ("windows.sql_logins", "no-sysadmin", ("WIN-32",), "alarm"),  # who asked is himself a person with full rights? no: shown as seen
        ("windows.sql_jobs", "no-sysadmin", ("WIN-37",), "unknown"),
        ("windows.iis", "shared-configuration", ("WIN-45",), "unknown"),
        ("windows.certificates", "users-not-told", ("WIN-44",), "unknown"),
        ("windows.dhcp", "srv2008r2", ("WIN-52", "WIN-53"), "unknown"),
        ("windows.rds_licences", "packs-refused", ("WIN-58",), "unknown"),
        ("windows.sharefolders", "one-refused", ("WIN-63",), "unknown"),
    ],
)
def test_an_answer_in_part_is_no_green(probe: str, case: str, items: Iterable[str], state: str) -> None:
    found = verdicts({probe: case})
    assert {found[i] for i in items} == {state}


def test_without_a_product_for_copies_nobody_knows_whether_the_server_is_copied_from_elsewhere() -> None:
    assert verdicts({"windows.backups": "none", "windows.tasks": Found(()), "windows.services": Found(())})["WIN-49"] == "unknown"


def test_what_a_copying_server_copies_is_no_copy_of_itself() -> None:
    veeam = Found((replace(SERVICE, state="running"),))
    runs = outcome("windows.backups", "srv2019-kept")
    assert isinstance(runs, Found)
    jobs = Found(tuple(r for r in runs.facts if getattr(r, "product", "").startswith("Veeam")))
    given: dict[str, Outcome | str] = {"windows.tasks": Found(()), "windows.services": veeam}
    assert verdicts({**given, "windows.backups": jobs})["WIN-49"] == "unknown"
    assert verdicts({**given, "windows.backups": Found(())})["WIN-49"] == "alarm"  # and it copied nobody for three days


def test_a_product_whose_results_are_in_no_log_makes_no_alarm() -> None:
    cobian = Found((replace(SERVICE, name="CobianBackup11", state="running"),))
    assert verdicts({"windows.backups": "none", "windows.tasks": Found(()), "windows.services": cobian})["WIN-49"] == "unknown"


def test_a_machine_in_a_cluster_is_started_by_the_cluster() -> None:
    assert verdicts({"windows.hyperv": "srv2019", "windows.cluster": "absent"})["WIN-41"] == "alarm"
    assert verdicts({"windows.hyperv": "srv2019", "windows.cluster": "srv2019-whole"})["WIN-41"] == "ok"
    assert verdicts({"windows.hyperv": "srv2019", "windows.cluster": Unknown("refused")})["WIN-41"] == "unknown"


def test_a_folder_that_everybody_may_write_behind_a_share_that_only_reads_is_no_alarm() -> None:
    seen = outcome("windows.shares", "srv2019")
    assert isinstance(seen, Found)
    closed = Found(tuple(replace(f, everyone_writes=False) for f in seen.facts))  # type: ignore[type-var]
    assert verdicts({"windows.sharefolders": "srv2019", "windows.shares": closed})["WIN-63"] == "ok"
    assert verdicts({"windows.sharefolders": "srv2019", "windows.shares": Unknown("refused")})["WIN-63"] == "unknown"
