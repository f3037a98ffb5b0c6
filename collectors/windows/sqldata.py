"""What instances of SQL Server answer: databases with their copies, administrators, jobs. One section, three readers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from auditkit.model.shared.databases import SqlAdministrator, SqlDatabase, SqlJob
from auditkit.model.shared.windows import AccountUse
from auditkit.probing import NotHere, NotUnderstood, PowerShell, Reply, probe

from ._section import Row, Section, moment, number, sure, text, whole
from .services import builtin

_KINDS = {"S": "sql", "U": "windows user", "G": "windows group"}  # sys.server_principals.type
_RESULTS = {0: "failed", 1: "succeeded", 2: "retry", 3: "cancelled", 4: "running", 5: "unknown"}  # sysjobservers.last_run_outcome
_SYSTEM = frozenset({1, 2, 3, 4})  # database_id of master, tempdb, model, msdb
_NEVER = 1900  # year that DATABASEPROPERTYEX gives where DBCC CHECKDB never ended well


class _Asked:
    """The rows of one section by instance; parts that failed are told by `of` only after the good ones were taken."""

    def __init__(self, reply: Reply) -> None:
        self.section = Section(reply, "instance", "rights", "database", "copies", "sysadmin", "job")
        self.servers = {text(r, "server"): text(r, "name") for r in self.section.rows("instance")}
        if not self.servers and not self.section.blank:
            raise NotUnderstood("no instance is named")
        self.rights = {self.servers[text(r, "server")]: r for r in self.section.rows("rights")}

    def rows(self, word: str, part: str) -> Iterator[tuple[str, Row]]:
        """(instance, row). Rows of an instance where that part broke off are left out: they are not all."""
        seen: set[str] = set()
        for row in self.section.rows(word):
            instance, key = self.servers[text(row, "server")], repr(sorted(row.items()))
            if key not in seen and not self.section.failed(f"{part} of {instance}"):
                seen.add(key)  # an instance that stands in both views of the registry is asked twice
                yield instance, row

    def sysadmin(self, instance: str) -> bool:
        return instance in self.rights and number(self.rights[instance], "admin") == 1

    def check(self, right: str, *parts: str) -> None:
        """Raises NotUnderstood where an instance did not answer, or shows this account only a part. right: column of `rights`."""
        self.section.missed("rights of ", *(f"{p} of " for p in parts))
        for instance in self.servers.values():
            if instance not in self.rights or number(self.rights[instance], right) != 1:
                raise NotUnderstood(f"{instance} does not show this account everything: it is no sysadmin there")


@probe("windows.sql_databases", PowerShell("sqldata"), on=("windows",))
def sql_databases(reply: Reply) -> Iterator[SqlDatabase]:
    """sys.databases with msdb's history of copies: those before the database was made (again) under this name, and to NUL, do not count."""
    asked = _Asked(reply)
    copies = {(i, text(r, "database_name").lower(), text(r, "type")): r for i, r in asked.rows("copies", "copies")}
    for instance, row in asked.rows("database", "databases"):
        if not asked.section.failed(f"copies of {instance}"):
            yield _database(instance, row, copies, asked.sysadmin(instance))
    asked.check("sees", "databases", "copies")


def _database(instance: str, row: Row, copies: dict[tuple[str, str, str], Row], sysadmin: bool) -> SqlDatabase:
    name, made, checked = text(row, "name"), moment(row, "create_date"), moment(row, "checked")
    ever = None if checked is None else checked.year > _NEVER
    if made is None:
        raise NotUnderstood(f"{name}: when it was made is not told")
    counted = {kind: copies.get((instance, name.lower(), kind)) for kind in "DIL"}
    many = {kind: whole(r, "copies") if r else 0 for kind, r in counted.items()}
    newest = {kind: moment(r, "newest") if r else None for kind, r in counted.items()}
    return SqlDatabase(
        instance=instance, name=name, system=whole(row, "database_id") in _SYSTEM, state=text(row, "state_desc"),
        recovery=text(row, "recovery_model_desc"), size_bytes=number(row, "size_bytes"),
        owner=text(row, "owner") if sysadmin else None, created_at=made, compatibility=whole(row, "compatibility_level"),
        auto_close=sure(row, "is_auto_close_on"), auto_shrink=sure(row, "is_auto_shrink_on"),
        page_verify=text(row, "page_verify_option_desc"),
        fulls=many["D"], diffs=many["I"], logs=many["L"], last_full=newest["D"], last_diff=newest["I"], last_log=newest["L"],
        checked=ever, last_check=checked if ever else None,
    )  # fmt: skip


@probe("windows.sql_logins", PowerShell("sqldata"), on=("windows",))
def sql_logins(reply: Reply) -> Iterator[SqlAdministrator]:
    """Members of sysadmin. Whoever is none of them is shown only himself."""
    asked = _Asked(reply)
    for instance, row in asked.rows("sysadmin", "admins"):
        kind = _KINDS.get(text(row, "type").strip(), "other")
        yield SqlAdministrator(
            instance=instance, name=text(row, "name"), sa=sure(row, "sa"), kind=kind, enabled=not sure(row, "is_disabled")  # type: ignore[arg-type]
        )
    asked.check("admin", "admins")


@probe("windows.sql_jobs", PowerShell("sqldata"), on=("windows",))
def sql_jobs(reply: Reply) -> Iterator[SqlJob | AccountUse]:
    """msdb.dbo.sysjobs (its view hides others' jobs) and sysjobservers. A job belongs to a login and stops with it."""
    asked = _Asked(reply)
    some = False
    for instance, row in asked.rows("job", "jobs"):
        name, owner, enabled = text(row, "name"), text(row, "owner"), sure(row, "enabled")
        some = True
        outcome = number(row, "last_run_outcome")
        result = _RESULTS.get(5 if outcome is None else outcome)
        if result is None:
            raise NotUnderstood(f"a job ended with {outcome}")
        last = _clock(row, asked.rights.get(instance))
        yield SqlJob(
            instance=instance, name=name, enabled=enabled, scheduled=whole(row, "schedules") > 0, owner=owner,
            last_result=result if last else "never", last_run=last,  # type: ignore[arg-type]
        )  # fmt: skip
        if owner:
            kept = sure(row, "sa") or owner.startswith("##") or builtin(owner)
            yield AccountUse(account=owner, kind="sql_job", name=f"{instance}\\{name}", builtin=kept, enabled=enabled)
    asked.check("sees", "jobs")
    if asked.servers and not some:
        raise NotHere("SQL Server Agent has no job here")


def _clock(row: Row, rights: Row | None) -> datetime | None:
    """20261122 and 93000 of the server's own clock; 0 = never."""
    day, clock = number(row, "last_run_date") or 0, number(row, "last_run_time") or 0
    if not day:
        return None
    if rights is None:
        raise NotUnderstood("the offset of the server's clock is not told")
    return datetime.strptime(f"{day:08d}{clock:06d}", "%Y%m%d%H%M%S").replace(tzinfo=UTC) - timedelta(minutes=whole(rights, "minutes"))
