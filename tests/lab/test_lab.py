"""The lab itself: what tests rely on when they use it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

from tests.conftest import need
from tests.lab.badhosts import NOBODY, Bad, dead_mount
from tests.lab.farm import Farm
from tests.lab.fixtures import MakeHost
from tests.lab.ground import LabError
from tests.lab.hosts import PASSWORD, Host, until
from tests.lab.network import GATEWAY, Network, born, clear, group_of, reap
from tests.lab.vm import Machine

SSH = ("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "-o", "ConnectTimeout=5")


def ssh(lab: Network, address: str, line: str, login: str = "auditor", seconds: float = 20) -> subprocess.CompletedProcess[bytes]:
    return lab.run("ssh", "-q", "-i", lab.key, *SSH, f"{login}@{address}", line, seconds=seconds)


def test_need_skips_with_its_reason_and_fails_where_ci_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    need(True, "nothing")
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no graphviz"):
        need(False, "no graphviz")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no graphviz"):
        need(False, "no graphviz")


@pytest.mark.lab
def test_a_thread_inside_is_in_the_labs_network_and_so_is_what_it_starts(lab: Network) -> None:
    def addresses() -> str:
        return subprocess.run(["ip", "-4", "-o", "addr"], capture_output=True, text=True, check=True).stdout

    seen: list[str] = []
    with lab.inside():
        thread = threading.Thread(target=lambda: seen.append(addresses()))
        thread.start()
        thread.join()
        assert GATEWAY in addresses()
    assert GATEWAY in seen[0]
    assert GATEWAY not in addresses()


@pytest.mark.lab
@pytest.mark.parametrize(("name", "version"), [("deb11", "11."), ("deb12", "12."), ("deb13", "13.")])
def test_hosts_are_real_releases_with_systemd_as_their_first_process(name: str, version: str, request: pytest.FixtureRequest) -> None:
    host: Host = request.getfixturevalue(name)
    assert host.must("cat /etc/debian_version").startswith(version)
    assert host.must("cat /proc/1/comm") == "systemd\n"
    assert host.settled() == "running"
    assert host.must("hostname") == f"{name}\n"


@pytest.mark.lab
def test_accounts_of_every_host(lab: Network, deb12: Host) -> None:
    assert ssh(lab, deb12.address, "id -un; sudo -n id -un").stdout == b"auditor\n"
    assert ssh(lab, deb12.address, "sudo -n id -un", "engineer").stdout == b"root\n"
    assert ssh(lab, deb12.address, "id -un", "root").stdout == b"root\n"
    assert deb12.run("id -un", user="auditor").stdout == b"auditor\n"
    hashed = deb12.must("getent shadow auditor").split(":")[1]
    assert hashed.startswith("$y$")
    assert PASSWORD not in hashed


@pytest.mark.lab
def test_a_host_of_ones_own_with_a_setup_script(lab_host: MakeHost) -> None:
    host = lab_host("trixie", "echo prepared > /etc/prepared\n")
    assert host.must("cat /etc/prepared") == "prepared\n"
    with pytest.raises(LabError, match="exit code 3"):
        lab_host("trixie", "exit 3\n")
    old = host.host_key
    assert host.new_host_key() != old


@pytest.mark.lab
def test_the_seeded_server_has_its_findings(srv1c: Host) -> None:
    assert srv1c.settled() == "degraded"
    assert "backup-agent.service" in srv1c.must("systemctl --failed --plain --no-legend")
    assert srv1c.must("awk -F: '$3 == 0 {print $1}' /etc/passwd").split() == ["root", "toor"]
    assert srv1c.must("getent shadow ivanov").split(":")[1] == ""
    assert srv1c.must("getent shadow petrova").split(":")[1].startswith("$1$")
    assert srv1c.must("sudo -l -U oldmsp").rstrip().endswith("NOPASSWD: ALL")
    used = srv1c.must("df --output=fstype,pcent /data").split()[-2:]
    assert used[0] == "ext4"
    assert 90 <= int(used[1].rstrip("%")) < 100
    assert srv1c.must("openssl x509 -in /etc/nginx/ssl/buh.crt -noout -enddate") == "notAfter=Mar  1 00:00:00 2024 GMT\n"
    assert "*" in srv1c.must("grep /srv/obmen /etc/exports")
    listening = srv1c.must("ss -Hltn")
    for port in (22, 443, 1541, 5432, 6379):
        assert f"0.0.0.0:{port} " in listening, port
    with pytest.raises(UnicodeDecodeError):
        (srv1c.root / "srv/backup/прочти.txt").read_text("utf-8")


@pytest.mark.lab
def test_the_rich_host_runs_what_it_has(rich: Host) -> None:
    assert rich.settled() == "running"
    running = rich.must("systemctl list-units --type=service --state=running --plain --no-legend")
    units = ("chrony", "fail2ban", "lldpd", "nginx", "postfix@-", "postgresql@15-main", "redis-server", "rsyslog", "snmpd", "zabbix-agent")
    for unit in units:
        assert f"{unit}.service" in running, unit
    assert "Status: active" in rich.must("ufw status")
    assert "first" in rich.must("BORG_PASSPHRASE=Borg-Lab-Passw0rd borg list /srv/backup/borg")


@pytest.mark.lab
def test_bad_hosts_are_as_bad_as_they_say(lab: Network, bad_hosts: dict[str, Bad]) -> None:
    with lab.inside():
        with socket.create_connection((bad_hosts["silent"].address, 22), 5) as s:
            s.settimeout(1)
            with pytest.raises(TimeoutError):
                s.recv(1)
        with socket.create_connection((bad_hosts["noise"].address, 22), 5) as s:
            assert not s.recv(4).startswith(b"SSH-")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((bad_hosts["closed"].address, 22), 5)
        with pytest.raises(OSError, match=r"timed out|No route"):
            socket.create_connection((NOBODY, 22), 1)
    with pytest.raises(subprocess.TimeoutExpired):
        ssh(lab, bad_hosts["stuck"].address, "true", seconds=3)
    rekeyed = bad_hosts["rekeyed"].host
    assert rekeyed is not None
    assert rekeyed.host_key != bad_hosts["rekeyed"].pin
    garbage = ssh(lab, bad_hosts["garbage"].address, "echo well")
    assert garbage.stdout.endswith(b"well\n")
    assert b"\xff\xfe" in garbage.stdout
    assert bad_hosts["refusing"].password != PASSWORD


@pytest.mark.lab
def test_the_flooding_login_never_gets_to_its_command(lab: Network, bad_hosts: dict[str, Bad]) -> None:
    line = ["ssh", "-q", "-i", str(lab.key), *SSH, f"auditor@{bad_hosts['flood'].address}", "echo done"]
    with lab.inside(), subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None
        said = child.stdout.read(4 << 20)
        child.kill()
    assert len(said) == 4 << 20
    assert b"done" not in said


def sleepers(host: Host) -> list[int]:
    """Processes of a host that wait for an answer of a FUSE server."""
    mine, found = Path(f"/proc/{host.pid}/ns/mnt").readlink(), []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):  # ended meanwhile, or not even for root
            if (process / "ns/mnt").readlink() == mine and "request_wait_answer" in (process / "wchan").read_text():
                found.append(int(process.name))
    return found


@pytest.mark.lab
def test_df_on_a_dead_mount_cannot_be_killed_until_its_server_goes(lab_host: MakeHost) -> None:
    host = lab_host("bookworm", "mkdir /mnt/nas\n", init="sshd")
    server = dead_mount(host, "/mnt/nas")
    argv = ["nsenter", "-t", str(host.pid), "-a", "--", "df", "/mnt/nas"]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        try:
            until(lambda: bool(sleepers(host)), 10, "nothing sleeps in FUSE")
            (asleep,) = sleepers(host)
            os.kill(asleep, signal.SIGKILL)
            time.sleep(1)
            assert sleepers(host) == [asleep]
            assert child.poll() is None
            assert host.run("df /", seconds=10).returncode == 0
        finally:
            server.kill()
    assert sleepers(host) == []


@pytest.mark.lab
def test_the_farm_answers_on_every_address_and_its_log_tells_who_was_asked(lab: Network, ssh_farm: Farm) -> None:
    called, logged_in = ssh_farm.connections(), ssh_farm.logins()  # other tests of this session may have asked it before
    for address in ssh_farm.addresses(3):
        assert ssh(lab, address, "echo $SSH_CONNECTION", "root").stdout.split()[2].decode() == address
    assert ssh_farm.connections() - called == {"10.99.2.1": 1, "10.99.2.2": 1, "10.99.2.3": 1}
    assert ssh_farm.logins() - logged_in == 3


@pytest.mark.lab
def test_the_virtual_machine_has_its_own_kernel_and_a_raid_that_lost_a_disk(vm1: Machine) -> None:
    assert "cloud-amd64" in vm1.must("uname -r")
    assert "[2/1] [U_]" in vm1.must("cat /proc/mdstat")
    assert vm1.must("cat /sys/class/dmi/id/product_name") == "PowerEdge R740\n"
    assert vm1.run("id -un", user="auditor").stdout == b"auditor\n"


@pytest.mark.lab
def test_a_run_that_was_killed_is_cleared_by_the_next_and_a_living_one_is_not(lab: Network) -> None:
    dead = Network(f"x{os.getpid()}")
    dead.start()
    dead.plug("one", "10.99.1.1")
    child = dead.start_at("one", "sleep", "1000")
    assert dead.name not in reap()
    (dead.folder / "owner").write_text(born(os.getpid()) + "0")  # a process of this number, but an earlier one
    assert dead.name in reap()
    assert child.wait(10) < 0
    assert not dead.folder.exists()
    assert not group_of(dead.name).exists()
    assert not Path("/run/netns", dead.of("one")).exists()
    assert lab.folder.exists()
    clear(dead.name)  # clearing what is gone is no error
