"""What reading a large domain costs: a real Samba domain with 20,000 users and 5,000 computers, over LDAPS, against two other programs.

    python -m benchmarks.directory [--users 20000] [--computers 5000] [--runs 3] [--ldapdomaindump /path/to/ldapdomaindump]

ours        the transport `ldap` reads users and computers with the attributes of their probes, page by page (the same LDIF as below)
facts       the same, each page read into facts by its reader as a collection does, none kept
ldapsearch  the same filters and attributes, pages of the same size, LDIF to /dev/null
ldapdomaindump   all it writes by default, for it reads no less (a virtual environment of its own: pip install ldapdomaindump)

Each runs in a process of its own, in turns; the best of all runs counts. CPU is that of the client alone. Exit code 1 where a limit is
missed: ours at most 2.0 times the time of ldapsearch, at most a quarter of ldapdomaindump's CPU, at most 250 MB.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from auditkit.errors import CredentialError
from auditkit.probing import Search
from auditkit.registry import registry
from auditkit.transports.base import Context, Credential, Masked, Target
from auditkit.transports.ldap import Ldap, LdapOptions
from tests.lab import ad
from tests.lab.ad import BASE, USER_PASSWORD, Dc

PROBES = ("directory.users", "directory.computers")
LOGIN = "auditor@corp.example"
WALL, DUMP, MEGABYTES = 2.0, 0.25, 250


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds on the clock, seconds of CPU, megabytes at most."""

    wall: float
    cpu: float
    megabytes: float

    def __str__(self) -> str:
        return f"{self.wall:8.2f} s {self.cpu:8.2f} s CPU {self.megabytes:7.0f} MB"


def cost(work: Callable[[], None]) -> Cost:
    """What it costs in a process of its own (forked: what this process has loaded costs nothing). Raises RuntimeError where it failed."""
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    _, status, used = os.wait4(pid, 0)
    if status:
        raise RuntimeError(f"a run ended with status {status}")
    return Cost(time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _no_credential(reference: str) -> Credential:
    raise CredentialError(reference)


def ours(dc: Dc, read: bool) -> None:
    """Read users and computers; read: into facts too."""
    probes = {name: registry().probes[name] for name in PROBES}
    target = Target("ad", "directory", "ldap", dc.address, LdapOptions(ca_file=str(dc.ca_file)))
    context = Context(b"k" * 32, dc.folder / "no_pins", lambda sent: None, _no_credential)
    entries = 0
    for b in Ldap().collect(target, list(probes.values()), Credential(LOGIN, Masked(USER_PASSWORD)), context):
        if b.trouble is not None or b.reply is None:
            raise RuntimeError(str(b.trouble))
        if b.question.arg != "*":
            entries += b.reply.stdout.count(b"\n\n")
            if read:
                probes[b.question.probe].outcome(b.reply)
    if entries < 20:
        raise RuntimeError(f"only {entries} entries")


def run(argv: list[str], env: dict[str, str], folder: str | None = None) -> None:
    """Become another program, its output thrown away."""
    void = os.open("/dev/null", os.O_WRONLY)
    os.dup2(void, 1)
    os.dup2(void, 2)
    if folder:
        os.chdir(folder)
    os.execvpe(argv[0], argv, {"PATH": "/usr/bin:/bin", **env})


def ldapsearch(dc: Dc) -> None:
    """One ldapsearch a probe, one after another."""
    for name in PROBES:
        command = registry().probes[name].command
        assert isinstance(command, Search)
        pid = os.fork()
        if pid == 0:
            run(
                ["ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no", "-E", "pr=1000/noprompt", "-H", f"ldaps://{dc.address}", "-D", LOGIN,
                 "-w", USER_PASSWORD, "-b", BASE, command.filter, *command.attributes],
                {"LDAPTLS_CACERT": str(dc.ca_file)},
            )  # fmt: skip
        if os.waitpid(pid, 0)[1]:
            raise RuntimeError("ldapsearch failed")


def main() -> int:
    """Fill a domain, measure, print. 0 = within the limits."""
    options = argparse.ArgumentParser()
    options.add_argument("--users", type=int, default=20_000)
    options.add_argument("--computers", type=int, default=5_000)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--ldapdomaindump", default="")
    told = options.parse_args()
    began = time.monotonic()
    dc = ad.made()
    try:
        dc.seed(told.users, told.computers)
        dc.start()
        print(f"a domain with {told.users} users and {told.computers} computers: {time.monotonic() - began:.0f} s", flush=True)
        return measured(dc, told.runs, told.ldapdomaindump)
    finally:
        dc.remove()


def measured(dc: Dc, runs: int, dump: str) -> int:
    """Run all in turns."""
    ours(dc, read=True)  # what is loaded on first use is loaded
    works: dict[str, Callable[[], None]] = {
        "ldapsearch": lambda: ldapsearch(dc),
        "ours": lambda: ours(dc, read=False),
        "facts": lambda: ours(dc, read=True),
    }
    best: dict[str, Cost] = {}
    for _ in range(runs):
        for name, work in works.items():
            _keep(best, name, cost(work))
    if dump:
        with tempfile.TemporaryDirectory() as folder:
            argv = [dump, "-u", r"CORP\auditor", "-p", USER_PASSWORD, "-at", "SIMPLE", f"ldaps://{dc.address}"]
            _keep(best, "ldapdomaindump", cost(lambda: run(argv, {}, folder)))
            if not list(Path(folder).glob("domain_users.*")):
                raise RuntimeError("ldapdomaindump wrote nothing")
    return verdict(best)


def _keep(best: dict[str, Cost], name: str, one: Cost) -> None:
    old = best.get(name, one)
    best[name] = Cost(min(old.wall, one.wall), min(old.cpu, one.cpu), max(old.megabytes, one.megabytes))


def verdict(best: dict[str, Cost]) -> int:
    """Print costs and ratios; 1 where a limit is missed."""
    for name, one in best.items():
        print(f"{name:15}{one}")
    mine, theirs = best["ours"], best["ldapsearch"]
    wall = mine.wall / theirs.wall
    print(f"ours / ldapsearch: {wall:.2f} of the time (limit {WALL}), {mine.cpu / theirs.cpu:.2f} of the CPU")
    missed = wall > WALL or max(mine.megabytes, best["facts"].megabytes) > MEGABYTES
    if "ldapdomaindump" in best:
        part = best["facts"].cpu / best["ldapdomaindump"].cpu
        print(f"facts / ldapdomaindump: {part:.2f} of the CPU (limit {DUMP})")
        missed = missed or part > DUMP
    print("a limit is missed" if missed else "within the limits")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
