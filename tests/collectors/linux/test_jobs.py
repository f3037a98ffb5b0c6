"""Jobs, signs of backups, passwords, kernels, sources of packages: the traps."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from auditkit.model import Found, Unknown
from auditkit.model.shared.software import Package, ScheduledTask, Service
from auditkit.probing import Reply
from auditkit.registry import registry


def read(probe: str, out: str, **reply: object) -> tuple[Any, ...]:
    outcome = registry().probes[probe].outcome(Reply(out.encode(), root=True, **reply))  # type: ignore[arg-type]
    assert isinstance(outcome, Found), outcome
    return outcome.facts


def test_crontabs_of_the_system_name_the_account_and_those_of_users_do_not() -> None:
    rows = read(
        "linux.crontabs", "==> /etc/cron.d/x <==\n0 1 * * * www /bin/a b\n\n==> /var/spool/cron/crontabs/ivan <==\n@daily /bin/c d\n"
    )
    assert [(r.owner, r.schedule, r.command) for r in rows] == [
        ("www", "0 1 * * *", "/bin/a b"),
        ("ivan", "@daily", "/bin/c d"),
    ]


def test_a_password_in_a_crontab_never_comes_out() -> None:
    rows = read("linux.crontabs", "==> /var/spool/cron/root <==\nPGPASSWORD=Tr0ub4dor\n5 1 * * * PGPASSWORD=Tr0ub4dor pg_dump zup\n")
    assert "Tr0ub4dor" not in repr(rows)
    outcome = registry().probes["linux.crontabs"].outcome(Reply(b"==> /var/spool/cron/root <==\n5 1 * PW=Tr0ub4dor pg_dump\n", root=True))
    assert isinstance(outcome, Unknown)
    assert "Tr0ub4dor" not in outcome.why


def task(command: str) -> ScheduledTask:
    return ScheduledTask(kind="cron", owner="root", schedule="@daily", command=command, source="/etc/crontab", enabled=True)


@pytest.mark.parametrize(
    ("command", "tool"),
    [
        ("/usr/bin/restic backup /etc", "restic"),
        ("su - postgres -c 'pg_dumpall > /x.sql'", "pg_dump"),
        ("cd /srv && rsync -a . b::srv", "rsync"),
        ("tar czf /b/etc.tgz /etc", "tar"),
        ("/opt/1cv8/backup.sh", "script"),
        ("/usr/local/bin/бэкап.sh", "script"),
        ("/usr/libexec/dpkg/dpkg-db-backup", None),
        ("/usr/bin/startup --target x", None),
        ("run-parts /etc/cron.daily", None),
    ],
)
def test_signs_of_backups_in_jobs(command: str, tool: str | None) -> None:
    found = list(registry().derived["host.backup_traces"].read([task(command)], [], []))
    assert [t.tool for t in found] == ([tool] if tool else [])


def test_signs_of_backups_in_units_and_packages() -> None:
    unit = Service(name="veeamservice.service", state="active", sub="running", enabled="enabled", failed=False, description="")
    package = Package(name="bareos-filedaemon", version="1", arch="", source="", manager="dpkg", whole=True)
    found = list(registry().derived["host.backup_traces"].read([], [unit], [package]))
    assert [(t.tool, t.found_in) for t in found] == [("veeam", "unit"), ("bacula", "package")]


def test_states_of_passwords() -> None:
    passwd = "".join(f"{n}:{p}:1:1::/:/bin/sh\n" for n, p in [("a", "x"), ("b", "x"), ("c", "x"), ("d", ""), ("e", "x"), ("f", "x")])
    shadow = "a:$6$s$h:20000:0:90:7:::\nb:!$y$j9T$s$h:0::::::\nc:*:20000::::::\ne::20000::::::\n"
    rows = {r.name: r for r in read("linux.passwords", passwd + shadow)}
    assert {n: r.state for n, r in rows.items()} == {"a": "set", "b": "locked", "c": "none", "d": "empty", "e": "empty", "f": "none"}
    assert (rows["a"].scheme, rows["a"].changed_on, rows["a"].max_days) == ("sha512", date(2024, 10, 4), 90)
    assert (rows["b"].scheme, rows["b"].must_change, rows["b"].max_days) == ("yescrypt", True, -1)
    assert "$6$s$h" not in repr(rows)


def test_shadow_without_a_line_is_no_proof_of_no_empty_password() -> None:
    assert isinstance(registry().probes["linux.passwords"].outcome(Reply(b"root:x:0:0::/:/bin/sh\n", root=True)), Unknown)


def test_a_login_in_the_address_of_a_source_is_cut() -> None:
    (row,) = read("linux.repositories", "==> /etc/apt/sources.list <==\ndeb [trusted=yes] https://u:S3cret@repo.example/x stable main\n")
    assert row.uri == "https://repo.example/x"
    assert row.trusted is False


def test_a_password_of_a_yum_source_stays_behind() -> None:
    rows = read(
        "linux.repositories",
        "==> /etc/yum.repos.d/a.repo <==\n[a]\nbaseurl=http://x/1\n http://x/2\nusername=u\npassword=S3cret\nenabled=0\n",
    )
    assert [(r.uri, r.enabled, r.trusted) for r in rows] == [("http://x/1", False, True), ("http://x/2", False, True)]
    assert "S3cret" not in repr(rows)


def test_as_many_errors_as_were_asked_for_means_there_may_be_more() -> None:
    line = '{"PRIORITY":"3","__REALTIME_TIMESTAMP":"1795590637000000","_SYSTEMD_UNIT":"a.service","MESSAGE":"disk %d failed"}\n'
    few = read("linux.journal_errors", "".join(line % n for n in range(3)))
    assert [(r.unit, r.times) for r in few] == [("a.service", 3)]
    outcome = registry().probes["linux.journal_errors"].outcome(Reply("".join(line % n for n in range(2000)).encode(), root=True))
    assert isinstance(outcome, Unknown)
    assert len(outcome.seen) == 1
