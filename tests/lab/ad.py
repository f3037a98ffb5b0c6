"""Real Active Directory domains (Samba), each a folder and a process tree of its own on a loopback address.

Inside its own mount namespace a controller always lies at /run/samba-lab: a domain that was made once is copied and started again
at another address. It ends with the test run, however that ends (PR_SET_PDEATHSIG), and with it everything that it forked.

What Samba does not do: MaxPageSize, values in ranges, levels above 2008 R2, LAPS, certificate services, RODC. Those are specified
with a small server of our own (`tests/transports/ldapkit.py`) and with recorded replies.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.lab.adtls import Authority
from tests.lab.ground import HERE, LabError, cache

PLACE = "/run/samba-lab"
REALM, DOMAIN, HOST = "CORP.EXAMPLE", "CORP", "dc1"
BASE = "DC=corp,DC=example"
ADMIN_PASSWORD, USER_PASSWORD = "Adm1n-Passw0rd!", "Us3r-Passw0rd!"
PORTS = (88, 389, 445, 636)  # Kerberos, LDAP, SMB, LDAPS
PROGRAMS = ("samba", "samba-tool", "ldapsearch", "ldbmodify", "unshare", "setpriv")
_PATH = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "KRB5_CONFIG": f"{PLACE}/krb5.conf"}
_numbers = itertools.count(1)
_CONF = f"""[global]
  netbios name = {HOST.upper()}
  realm = {REALM}
  workgroup = {DOMAIN}
  server role = active directory domain controller
  server services = s3fs, rpc, ldap, cldap, kdc, drepl, kcc, dns, winbindd
  interfaces = ADDRESS/8
  bind interfaces only = yes
  dns update command = /bin/true
  tls keyfile = {PLACE}/tls/key.pem
  tls certfile = {PLACE}/tls/cert.pem
  tls cafile = {PLACE}/tls/ca.pem
  ldap server require strong auth = allow_sasl_over_tls
  idmap_ldb:use rfc2307 = yes
  private dir = {PLACE}/private
  state directory = {PLACE}/state
  cache directory = {PLACE}/cache
  lock directory = {PLACE}/lock
  pid directory = {PLACE}/run
  ncalrpc dir = {PLACE}/ncalrpc
  binddns dir = {PLACE}/bind-dns
  log file = {PLACE}/log/samba.log
  logging = file
  log level = 1 auth_audit:3
  max log size = 0
  load printers = no
  printing = bsd
  printcap name = /dev/null
[sysvol]
  path = {PLACE}/state/sysvol
  read only = no
[netlogon]
  path = {PLACE}/state/sysvol/{REALM.lower()}/scripts
  read only = no
"""
_KRB5 = f"""[libdefaults]
  default_realm = {REALM}
  dns_lookup_realm = false
  dns_lookup_kdc = false
  dns_canonicalize_hostname = false
  rdns = false
[realms]
  {REALM} = {{
    kdc = ADDRESS
  }}
[domain_realm]
  .{REALM.lower()} = {REALM}
  {REALM.lower()} = {REALM}
"""


def why_not() -> str:
    """What this machine lacks for a domain; "" = nothing."""
    if os.geteuid() != 0:
        return "a domain of the lab needs root (namespaces)"
    missing = [p for p in PROGRAMS if shutil.which(p, path=_PATH["PATH"]) is None]
    if missing:
        packages = "samba-ad-dc samba-ad-provision samba-dsdb-modules samba-vfs-modules winbind ldap-utils ldb-tools"
        return f"a domain of the lab needs {', '.join(missing)}: apt-get install {packages}"
    return ""


@dataclass(slots=True)
class Dc:
    """A controller. truth: the answer sheet of its seed; {} = a clean domain."""

    folder: Path
    address: str
    authority: Authority
    truth: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def ca_file(self) -> Path:
        """The authority of its certificate."""
        return self.authority.file

    @property
    def log(self) -> str:
        """What it has logged; each login is a line of it (`auth_audit`)."""
        file = self.folder / "log" / "samba.log"
        return "".join(f.read_text("utf-8", "replace") for f in sorted(file.parent.glob("*log*"))) if file.parent.is_dir() else ""

    def inside(self, *argv: str, data: str | None = None, env: Mapping[str, str] | None = None, seconds: float = 180) -> str:
        """A program of the system where the domain lies at its place. Raises LabError with its last words."""
        words = [*_enter(self.folder), *argv]
        done = subprocess.run(
            words, input=data, env={**_PATH, **(env or {})}, capture_output=True, text=True, check=False, timeout=seconds, cwd="/"
        )
        if done.returncode:
            raise LabError(f"{argv[0]}: exit code {done.returncode}: {(done.stderr or done.stdout).strip()[-400:]}")
        return done.stdout

    def tool(self, *words: str) -> str:
        """samba-tool, on the domain's own files."""
        return self.inside("samba-tool", *words, f"--configfile={PLACE}/smb.conf")

    def modify(self, ldif: str) -> None:
        """ldbmodify: system attributes too."""
        self.inside("ldbmodify", "-H", f"{PLACE}/private/sam.ldb", "--relax", data=ldif)

    def seed(self, users: int = 200, computers: int = 60) -> None:
        """Fill it as setup/ad/seed says."""
        script = str(HERE / "setup" / "ad" / "seed")
        words = ("/usr/bin/python3", script, f"{PLACE}/smb.conf", str(users), str(computers))
        told = self.inside(*words, env={"SEED_PASSWORD": USER_PASSWORD}, seconds=max(180, users / 20))
        self.truth = json.loads(told)

    def start(self) -> None:
        """Start it; it answers when this returns. Raises LabError."""
        self.authority.issue(self.folder / "tls", f"{HOST}.{REALM.lower()}", self.address)
        (self.folder / "smb.conf").write_text(_CONF.replace("ADDRESS", self.address))
        (self.folder / "krb5.conf").write_text(_KRB5.replace("ADDRESS", self.address))
        with (self.folder / "log" / "console").open("ab") as console:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *_enter(self.folder, "--pid", "--fork", "--kill-child"),
                 "samba", "--foreground", "--no-process-group", f"--configfile={PLACE}/smb.conf"],
                env=_PATH, stdin=subprocess.DEVNULL, stdout=console, stderr=console, cwd="/", start_new_session=True,
            )  # fmt: skip
        end = time.monotonic() + 60
        while not all(_listens(self.address, port) for port in PORTS) or not (self.folder / "runsamba/winbindd/pipe").exists():
            if self.process.poll() is not None or time.monotonic() > end:
                raise LabError(f"the domain does not come up: {self.log[-400:]} {(self.folder / 'log/console').read_text()[-400:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Kill it, and everything that it forked."""
        if self.process is not None:
            pid = self.process.pid
            # The first process of its PID namespace is gone only when all others are (pid_namespaces(7)), and then unshare ends too.
            for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
                os.kill(int(child), signal.SIGKILL)
            self.process.wait(timeout=30)
            self.process = None

    def remove(self) -> None:
        """Stop it, and take it away."""
        self.stop()
        shutil.rmtree(self.folder)


def made() -> Dc:
    """A new, empty domain, not started (6 s). Raises LabError. What killed runs left is taken away first."""
    for left in (cache() / "runs").glob("ad*-*"):
        if not Path("/proc", left.name[2:].partition("-")[0]).exists():
            shutil.rmtree(left)
    dc = _new()
    for name in ("private", "state", "cache", "lock", "run", "log", "ncalrpc", "runsamba", "tls"):
        (dc.folder / name).mkdir(parents=True)
    (dc.folder / "smb.conf").write_text(_CONF.replace("ADDRESS", dc.address))
    (dc.folder / "krb5.conf").write_text(_KRB5.replace("ADDRESS", dc.address))
    dc.tool(
        "domain", "provision", "--use-rfc2307", f"--realm={REALM}", f"--domain={DOMAIN}", "--server-role=dc",
        "--dns-backend=SAMBA_INTERNAL", f"--host-name={HOST}", "--host-ip=10.99.0.10", f"--adminpass={ADMIN_PASSWORD}",
    )  # fmt: skip
    dc.inside("samba_spnupdate", f"--configfile={PLACE}/smb.conf")  # Kerberos finds ldap/… by these names
    return dc


def copied(dc: Dc) -> Dc:
    """The same domain once more, not started."""
    if dc.process is not None:
        raise LabError("a running domain is not copied: its databases change meanwhile")
    copy = _new()
    copy.folder.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", "--sparse=always", str(dc.folder), str(copy.folder)], check=True, capture_output=True)
    copy.truth = dc.truth
    return copy


def _new() -> Dc:
    number, pid = next(_numbers), os.getpid()
    folder = cache() / "runs" / f"ad{pid}-{number}"
    address = f"127.{64 + (pid >> 8) % 64}.{pid % 256}.{number}"
    return Dc(folder, address, Authority(cache() / "runs" / f"ad{pid}-ca"))


def _enter(folder: Path, *more: str) -> list[str]:
    """A mount namespace in which the domain lies at its place, and /run/samba is its own (libwbclient has that built in)."""
    mounts = f'mkdir -p {PLACE} /run/samba && mount --bind "$0" {PLACE} && mount --bind "$0/runsamba" /run/samba && exec "$@"'
    return ["unshare", "--mount", *more, "sh", "-c", mounts, str(folder)]


def _listens(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((address, port)) == 0
