"""A Kerberos realm of the lab (MIT krb5kdc) for hosts that are no domain controllers' children: one user, one service."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab.ground import LabError

REALM = "LAB.EXAMPLE"
PROGRAMS = ("krb5kdc", "kdb5_util", "kadmin.local")
_CLIENT = """[libdefaults]
 default_realm = {realm}
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 rdns = false
[realms]
 {realm} = {{
  kdc = 127.0.0.1:{port}
 }}
[domain_realm]
 .lab.example = {realm}
"""
_SERVER = """[kdcdefaults]
 kdc_listen = 127.0.0.1:{port}
 kdc_tcp_listen = 127.0.0.1:{port}
[realms]
 {realm} = {{
  database_name = {folder}/principal
  key_stash_file = {folder}/stash
 }}
"""


def why_not() -> str:
    """What this machine lacks; "" = nothing."""
    missing = [p for p in PROGRAMS if _path(p) is None]
    return f"no {', '.join(missing)}: apt-get install krb5-kdc krb5-admin-server" if missing else ""


def _path(program: str) -> str | None:
    return shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


@contextmanager
def running(folder: Path, service: str, user: str, password: str) -> Iterator[dict[str, str]]:
    """A realm with that user and that service; the environment in which clients and services find it. Raises LabError."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = {"realm": REALM, "port": port, "folder": folder}
    (folder / "krb5.conf").write_text(_CLIENT.format(**words))
    (folder / "kdc.conf").write_text(_SERVER.format(**words))
    place = {"KRB5_CONFIG": str(folder / "krb5.conf"), "KRB5_KTNAME": str(folder / "keytab"), "KRB5CCNAME": str(folder / "tickets")}
    env = {**os.environ, **place, "KRB5_KDC_PROFILE": str(folder / "kdc.conf")}
    _do(env, "kdb5_util", "create", "-s", "-r", REALM, "-P", "master")
    for order in (f"addprinc -pw {password} {user}", f"addprinc -randkey {service}", f"ktadd -k {folder}/keytab {service}"):
        _do(env, "kadmin.local", "-r", REALM, "-q", order)
    with (folder / "kdc.log").open("wb") as log:
        started = subprocess.Popen([str(_path("krb5kdc")), "-n", "-r", REALM], env=env, stdout=log, stderr=log)
        try:
            _wait(port, started)
            yield place
        finally:
            started.kill()
            started.wait()


def _do(env: dict[str, str], program: str, *arguments: str) -> None:
    done = subprocess.run([str(_path(program)), *arguments], env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError(f"{program}: {done.stderr.strip()[-200:]}")


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise LabError("krb5kdc does not listen")
