"""The same for the machine itself: system, kernel, hardware, disks, file systems, and what its services show to the outside."""

from __future__ import annotations

import math
import os
import platform
import re
import socket
import time
from datetime import UTC, datetime

import pytest

from tests.collectors.linux import livelook as look
from tests.collectors.linux.livekit import Live, local, on, unique
from tests.lab.network import Network

pytestmark = pytest.mark.lab
LAB = on("deb11", "deb13", "srv1c")


@LAB
def test_the_system_is_what_a_shell_makes_of_os_release(live: Live) -> None:
    row = live.one("linux.os_release", "os_release")
    said = live.said('. /etc/os-release; printf "%s|%s|%s|%s|%s" "$ID" "$VERSION_ID" "$VERSION_CODENAME" "$NAME" "$PRETTY_NAME"')
    assert "|".join((row.distro, row.version, row.codename, row.name, row.pretty)) == said
    assert row.full_version == live.text("/etc/debian_version").strip()
    assert row.version == {"deb11": "11", "deb13": "13", "srv1c": "12"}[live.name]


@LAB
def test_name_and_identity(live: Live) -> None:
    assert live.one("linux.hostname", "host_name").name == live.said("cat /proc/sys/kernel/hostname").strip() == live.name
    assert live.one("linux.machine_id", "machine_id").machine_id == live.said("systemd-id128 machine-id").strip()


@LAB
def test_the_kernel_is_the_one_of_proc_version_and_none_lies_on_the_disk(live: Live) -> None:
    row = live.one("linux.kernel", "kernel")
    assert row.arch == platform.machine()
    said = live.said("cat /proc/version")
    assert said.startswith(f"Linux version {row.release} ")
    assert said.strip().endswith(row.version)
    assert list(live.path("/boot").iterdir()) == []
    assert "container" in live.absent("linux.kernels")


@LAB
def test_the_start_is_as_long_ago_as_the_machine_says_it_is_up(live: Live) -> None:
    started = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    row = live.one("linux.boot", "boot")
    assert abs(row.booted_at.timestamp() - started) < 2


@LAB
def test_processors_memory_and_swap_are_the_kernels(live: Live) -> None:
    pages, size, threads = (int(n) for n in live.said("getconf _PHYS_PAGES; getconf PAGE_SIZE; getconf _NPROCESSORS_ONLN").split())
    assert live.one("linux.memory", "memory").total_bytes == pages * size
    cpu = live.one("linux.cpu", "cpu")
    text = live.said("cat /proc/cpuinfo")
    assert cpu.threads == threads == text.count("processor\t")
    assert cpu.model == re.findall(r"^model name\s+: (.+)$", text, re.M)[0].strip()
    assert cpu.sockets == len(set(re.findall(r"^physical id\s+: (\d+)", text, re.M)))
    swapped = [line.split() for line in live.said("cat /proc/swaps").splitlines()[1:]]
    assert {(s.name, s.size_bytes) for s in live.facts("linux.swap", "swap")} == {(c[0], int(c[2]) * 1024) for c in swapped}


@LAB
def test_a_container_is_told_by_what_its_first_process_was_told_and_a_virtual_machine_by_the_processor(live: Live) -> None:
    row = live.one("linux.virtualisation", "virtualisation")
    assert (row.container != "none") == ("container=" in live.said("tr '\\0' '\\n' < /proc/1/environ"))
    assert (row.kind != "none") == (" hypervisor" in live.said("grep -m1 ^flags /proc/cpuinfo"))


@LAB
def test_hardware_and_arrays_that_the_kernel_does_not_show_are_proven_absent(live: Live) -> None:
    assert live.absent("linux.dmi") == "no SMBIOS on this machine"
    assert not live.path("/sys/class/dmi/id").exists()
    assert "no md array" in live.absent("linux.md")
    assert not list(live.path("/sys/block").glob("md*"))


@LAB
def test_disks_are_the_partitions_of_the_kernel(live: Live) -> None:
    cells = [line.split() for line in live.said("cat /proc/partitions").splitlines()[2:]]
    own = {(c[3], int(c[2]) * 1024) for c in cells if not c[3].startswith("loop")}  # other runs of the lab come and go with theirs
    rows = unique(live.facts("linux.disks", "disk"))
    assert {(d.name, d.size_bytes) for d in rows if d.size_bytes and d.kind != "loop"} == own


@LAB
def test_mounts_are_those_of_mountinfo(live: Live) -> None:
    rows = unique(live.facts("linux.mounts", "mount"))
    assert {(m.target, m.source, m.fs, "ro" in m.options) for m in rows} == set(look.mounts(live))


@LAB
def test_file_systems_are_as_full_as_statvfs_says(live: Live) -> None:
    rows = {v.mount: v for v in unique(live.facts("linux.filesystems", "volume"))}
    inodes = {v.mount: v for v in live.facts("linux.filesystems", "volume_inodes")}
    holding = {"overlay", "tmpfs", "ext4"}
    assert set(rows) == {t for t, _, fs, _ in look.mounts(live) if fs in holding and not re.match(r"/run/(user|credentials)/", t)}
    for mount, row in rows.items():
        block, blocks, free, avail, files, files_free = _statvfs(live, mount)
        near = 0 if mount == "/data" else 1 << 30  # the disk under / is this machine's own
        assert row.size_bytes == block * blocks, mount
        assert abs(row.used_bytes - block * (blocks - free)) <= near, mount
        assert abs(row.avail_bytes - block * avail) <= near, mount
        assert row.used_pct == math.ceil(100 * row.used_bytes / ((row.used_bytes + row.avail_bytes) or 1)), mount
        if mount in inodes:
            assert inodes[mount].inodes == files, mount
            assert abs(inodes[mount].used - (files - files_free)) <= files / 100, mount
    assert {m for m in rows if not rows[m].pseudo} == set(inodes)
    if live.name == "srv1c":
        assert rows["/data"].used_pct >= 95


def _statvfs(live: Live, mount: str) -> tuple[int, ...]:
    s = os.statvfs(live.path(mount))
    return s.f_frsize, s.f_blocks, s.f_bfree, s.f_bavail, s.f_files, s.f_ffree


@LAB
def test_an_fstab_of_comments_plans_nothing(live: Live) -> None:
    assert live.lines("/etc/fstab") == []
    assert live.absent("linux.fstab") == "fstab plans nothing"


@on("srv1c", "deb11")
def test_the_zone_of_the_clock_is_where_localtime_points(live: Live) -> None:
    row = live.one("linux.timezone", "time_zone")
    assert row.name == live.said("realpath --no-symlinks --relative-to=/usr/share/zoneinfo $(readlink /etc/localtime)").strip()
    assert live.said("date +%z").strip() == {"srv1c": "+0300", "deb11": "+0000"}[live.name]


@on("rich", "srv1c")
def test_certificates_in_files_are_those_of_openssl(live: Live) -> None:
    files = [f for f in live.files("/etc") if not live.path(f).is_symlink() and b"-----BEGIN CERTIFICATE" in live.path(f).read_bytes()]
    rows = {c.source: c for c in unique(live.facts("linux.certificates", "certificate"))}
    assert set(rows) == set(files)
    for file, row in rows.items():
        assert _openssl(live, file) == (
            row.fingerprint_sha256, row.serial_number, row.subject, row.issuer, row.not_before, row.not_after, row.key_bits
        ), file  # fmt: skip


def _openssl(live: Live, file: str) -> tuple[object, ...]:
    argv = ("-noout", "-fingerprint", "-sha256", "-serial", "-subject", "-issuer", "-dates", "-nameopt", "RFC2253")
    said = dict(line.split("=", 1) for line in local("openssl", "x509", "-in", live.path(file), *argv).splitlines())
    bits = re.findall(r"Public-Key: \((\d+) bit", local("openssl", "x509", "-in", live.path(file), "-noout", "-text"))
    begins, ends = (datetime.strptime(said[k], "%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC) for k in ("notBefore", "notAfter"))
    (print_,) = (v for k, v in said.items() if "ingerprint" in k)
    serial = said["serial"].lstrip("0").lower()
    return (print_.replace(":", "").lower(), serial, said["subject"], said["issuer"], begins, ends, int(bits[0]))


@on("rich", "srv1c")
def test_certificates_that_ports_show_are_those_their_servers_were_given(live: Live) -> None:
    sites = "\n".join(live.text(f) for f in live.files("/etc/nginx/sites-enabled"))
    given = {443: re.findall(r"^\s*ssl_certificate (\S+);", sites, re.M)[0]}
    given |= {5432: "/etc/ssl/certs/ssl-cert-snakeoil.pem", 25: "/etc/ssl/certs/ssl-cert-snakeoil.pem"}
    shown: dict[int, str] = {}
    for told in live.answers["linux.certificate_ports"].values():
        shown |= {int(c.source.rpartition(":")[2]): c.fingerprint_sha256 for c in getattr(told, "facts", ())}
    assert shown == {port: _openssl(live, file)[0] for port, file in given.items()}


@LAB
def test_settings_of_sshd_are_what_a_client_is_offered(lab: Network, live: Live) -> None:
    """Its first message lists its algorithms (RFC 4253, 7.1), its refusal of `none` the ways in (RFC 4252, 5.1)."""
    rows = {s.name: s.value for s in live.facts("linux.sshd", "sshd_setting")}
    options = ("PreferredAuthentications=none", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null")
    said = lab.run("ssh", "-F", "none", "-vv", *(f"-o{o}" for o in options), f"root@{live.host.address}", "true").stderr.decode()
    _, _, peer = said.partition("peer server KEXINIT proposal")
    for name, label in (("ciphers", "ciphers stoc"), ("macs", "MACs stoc"), ("kexalgorithms", "KEX algorithms")):
        offered = [a for a in re.findall(rf"debug2: {label}: (\S+)", peer)[0].split(",") if not a.startswith(("kex-strict", "ext-info"))]
        assert rows[name].split(",") == offered, name
    ways = re.findall(r"Permission denied \(([\w,-]+)\)", said)[0].split(",")
    named = {"pubkey": "publickey", "password": "password", "kbdinteractive": "keyboard-interactive"}
    assert {way for setting, way in named.items() if rows.get(f"{setting}authentication") == "yes"} == set(ways)
    assert rows["port"] == "22"


@on("deb13", "rich", "srv1c")
def test_lines_of_sshd_config_are_those_of_its_files(live: Live) -> None:
    files = ["/etc/ssh/sshd_config", *live.files("/etc/ssh/sshd_config.d", "*.conf")]
    found = {
        (file, n, words[0].lower(), " ".join(words[1:]))
        for file in files for n, line in enumerate(live.text(file).splitlines(), 1)
        if (words := line.split()) and not words[0].startswith("#")
    }  # fmt: skip
    rows = unique(live.facts("linux.sshd_config", "sshd_config_line"))
    assert {(r.file, r.line, r.name, " ".join(r.value.split())) for r in rows} == found
    root = {r.value for r in rows if r.name == "permitrootlogin"}
    assert root == {"deb13": set(), "rich": {"prohibit-password"}, "srv1c": {"yes"}}[live.name]


@on("rich", "srv1c")
def test_redis_lets_in_whom_the_facts_say(lab: Network, live: Live) -> None:
    """Asked from the lab's network, and on the host itself where it listens to that alone."""
    told = {(e.setting, e.value) for e in live.facts("linux.redis", "database_exposure")}
    open_ = ("password", "not set") in told
    here = live.said("redis-cli ping 2>&1").strip()
    assert here == ("PONG" if open_ else "NOAUTH Authentication required.")
    outside = any(value in ("0.0.0.0", "*", live.host.address) for setting, value in told if setting == "listen")
    with lab.inside():
        try:
            with socket.create_connection((live.host.address, 6379), 3) as s:
                s.sendall(b"PING\r\n")
                answer = s.recv(64)
        except OSError:
            answer = b""
    assert answer == (b"+PONG\r\n" if outside and open_ else b"")
    assert (open_, outside) == ((True, True) if live.name == "srv1c" else (False, False))


@on("rich", "srv1c")
def test_postgresql_is_what_it_says_of_itself(live: Live) -> None:
    def sql(query: str) -> list[str]:
        return live.said(f"cd / && setpriv --reuid=postgres --regid=postgres --init-groups psql -AtF' ' -c \"{query}\"").splitlines()

    row = live.one("linux.postgresql", "database")
    version, port, data = (sql(f"show {name}")[0] for name in ("server_version", "port", "data_directory"))
    assert (row.version, row.port, row.data_dir, row.state) == (version.split(".")[0], int(port), data, "running")
    told = [e.value for e in live.facts("linux.postgresql_access", "database_exposure") if e.setting == "pg_hba"]
    columns = "concat_ws(' ', type, array_to_string(database, ','), array_to_string(user_name, ','), address, netmask, auth_method)"
    assert {_hba(rule) for rule in told} == {_hba(rule) for rule in sql(f"select {columns} from pg_hba_file_rules")}
    assert any(rule.endswith(" trust") for rule in told) == (live.name == "srv1c")


def _hba(rule: str) -> tuple[str, ...]:
    """The server writes a network as address and mask."""
    words = rule.split()
    mask = next((w for w in words if w.startswith(("255.", "ffff:"))), "")
    if mask:
        words.remove(mask)
    bits = {"255.255.255.255": "/32", "255.255.0.0": "/16", "255.255.255.0": "/24"}.get(mask, "/128" if mask else "")
    return tuple(w + bits if bits and (w[0].isdigit() or w.startswith("::")) else w for w in words)


@on("rich", "srv1c")
def test_exports_are_those_of_the_setup(live: Live) -> None:
    rows = live.facts("linux.exports", "export")
    (line,) = live.lines("/etc/exports")
    assert [f"{r.path} {','.join(r.clients)}({','.join(r.options)})" for r in rows] == [line]


@LAB
def test_nothing_was_ever_fetched_or_upgraded_and_no_job_waits(live: Live) -> None:
    assert [f for f in live.files("/var/lib/apt/lists") if f.endswith("Release")] == live.facts("linux.update_metadata", "update_metadata")
    assert "apt update never ran" in live.unknown("linux.updates")
    log = "".join(live.text(f) for f in live.files("/var/log", "dpkg.log*"))
    assert [live.one("linux.last_upgrade", "last_upgrade").at] == [None] * (" upgrade " not in log)
    assert live.absent("linux.at_jobs") == "no at here"
    assert not live.path("/var/spool/cron/atjobs").exists()


@on("rich", "deb11")
def test_settings_of_automatic_updates_are_those_that_apt_works_with(live: Live) -> None:
    found = set(re.findall(r'^APT::Periodic::([\w-]+) "(.*)";', live.said("apt-config dump"), re.M))
    rows = unique(live.facts("linux.apt_periodic", "update_setting"))
    assert {(r.setting, r.value) for r in rows} == found
    assert (("Unattended-Upgrade", "1") in found) == (live.name == "rich")
