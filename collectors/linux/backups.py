"""Signs of backups: what jobs, services and packages say. Whether copies exist and can be restored is asked elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditkit.model.shared.software import BackupTrace, Package, ScheduledTask, Service
from auditkit.probing import derived

# tool -> words of a command line; names of units; names of packages that do nothing else
_TOOLS: tuple[tuple[str, str, str, str], ...] = (
    ("restic", r"restic|resticprofile|autorestic", r"restic.*|autorestic.*", "restic"),
    ("borg", r"borg|borgmatic|vorta", r"borg.*", "borgbackup|borgmatic|borgbackup2"),
    ("rsnapshot", r"rsnapshot", r"rsnapshot.*", "rsnapshot"),
    ("duplicity", r"duplicity|duply|deja-dup", r"dupli.*", "duplicity|duply"),
    ("kopia", r"kopia", r"kopia.*", "kopia"),
    ("duplicati", r"duplicati(-cli)?", r"duplicati.*", "duplicati"),
    ("bacula", r"bacula\S*|bareos\S*", r"(bacula|bareos)-.*", r"(bacula|bareos)-(fd|client|filedaemon|director|sd|storage).*"),
    ("urbackup", r"urbackup\S*", r"urbackup.*", r"urbackup-(client|server)"),
    ("veeam", r"veeamconfig|veeam\S*", r"veeam.*", r"veeam(-nosnap)?"),
    ("proxmox-backup", r"proxmox-backup-client|vzdump|proxmox-backup\S*", r"proxmox-backup.*", r"proxmox-backup-(client|server)"),
    ("rubackup", r"rubackup\S*|rb_\S+", r"rubackup.*", r"rubackup-.*"),
    ("cyberbackup", r"acrocmd|acronis\S*", r"(acronis|aakore|active-protection).*", r"(acronis|cyberbackup|BackupAndRecovery).*"),
    ("amanda", r"amdump|amcheck", r"amanda.*", r"amanda-(client|server)"),
    ("backuppc", r"BackupPC\S*", r"backuppc.*", "backuppc"),
    ("timeshift", r"timeshift", r"timeshift.*", "timeshift"),
    ("snapper", r"snapper", r"snapper-.*", "snapper"),
    ("sanoid", r"sanoid|syncoid|zfs-auto-snapshot|znapzend", r"(sanoid|syncoid|znapzend).*", "sanoid|zfs-auto-snapshot|znapzend"),
    ("pgbackrest", r"pgbackrest", r"pgbackrest.*", "pgbackrest"),
    ("barman", r"barman\S*", r"barman.*", "barman"),
    ("wal-g", r"wal-g\S*|wal-e", r"wal-g.*", "wal-g"),
    ("pg_dump", r"pg_dump(all)?|pg_basebackup|pg_probackup\S*|autopostgresqlbackup", "", "autopostgresqlbackup|pg-probackup.*"),
    ("mysqldump", r"mysqldump|mariadb-dump|mydumper|automysqlbackup", "", "automysqlbackup"),
    ("xtrabackup", r"xtrabackup|mariabackup|mariadb-backup|innobackupex", "", r"percona-xtrabackup.*|mariadb-backup"),
    ("mongodump", r"mongodump", "", ""),
    ("slapcat", r"slapcat|samba_backup|samba-tool domain backup", "", ""),
    ("1c", r"ibcmd|1cv8\S* .*/DumpIB|rac infobase", "", ""),
    ("rclone", r"rclone", r"rclone.*", ""),
    ("rsync", r"rsync|rdiff-backup|unison", "", "rdiff-backup"),
    ("virsh", r"virtnbdbackup|virsh .*(snapshot-create|backup-begin)\S*", "", ""),
    ("zfs send", r"(zfs|btrfs) send", "", ""),
    ("tar", r"tar|7za?|zip|cpio|dump", "", ""),
)  # fmt: skip
_WORD = {tool: re.compile(rf"(?:^|[\s/;&|(\"'`=])(?:{words})(?=$|[\s;&|)\"'`])") for tool, words, _, _ in _TOOLS}
_UNIT = {tool: re.compile(rf"(?:{units})\.(?:service|timer)$", re.I) for tool, _, units, _ in _TOOLS if units}
_PACKAGE = {tool: re.compile(rf"(?:{names})$", re.I) for tool, _, _, names in _TOOLS if names}
_SCRIPT = re.compile(r"back-?_?up|бэкап|бекап|копи[яи]|\bbkp|dump", re.I)
# They bear the name and save only their own lists, or nothing.
_NOT = re.compile(r"dpkg-db-backup|dpkg/dpkg-db-backup|/etc/cron\.daily/(dpkg|apt-compat|passwd)$|systemd-tmpfiles|e2scrub")


def tool_of(line: str) -> str:
    """The tool that a command line starts; "script" where only its name speaks of copies; "" = no sign.

    >>> tool_of("/opt/1cv8/backup.sh > /dev/null 2>&1"), tool_of("cd / && /usr/bin/restic backup /etc"), tool_of("apt-get update")
    ('script', 'restic', '')
    """
    if _NOT.search(line):
        return ""
    for tool, pattern in _WORD.items():
        if pattern.search(line):
            return tool
    return "script" if _SCRIPT.search(line) else ""


@derived("host.backup_traces")
def backup_traces(tasks: Sequence[ScheduledTask], services: Sequence[Service], packages: Sequence[Package]) -> Iterator[BackupTrace]:
    """Jobs first; a unit that a timer starts is both."""
    rows: dict[BackupTrace, None] = {}
    for task in tasks:
        tool = tool_of(task.command or "") or tool_of(task.source if task.kind == "timer" else "")
        if tool and task.enabled:
            rows[BackupTrace(tool=tool, found_in=task.kind, command=task.command or task.source)] = None
    for service in services:
        tool = _by_name(_UNIT, service.name) or ("script" if service.name.endswith(".service") and tool_of(service.name) else "")
        if tool:
            rows[BackupTrace(tool=tool, found_in="unit", command=service.name)] = None
    for package in packages:
        if tool := _by_name(_PACKAGE, package.name):
            rows[BackupTrace(tool=tool, found_in="package", command=package.name)] = None
    yield from rows


def _by_name(patterns: dict[str, re.Pattern[str]], name: str) -> str:
    return next((tool for tool, pattern in patterns.items() if pattern.match(name)), "")
