"""Guards against guessing of passwords: fail2ban-client(1), and others by their process."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.services import BruteForceGuard
from auditkit.probing import NotUnderstood, Reply, Shell, probe

from ._readings import NO_PROCESS


@probe(
    "linux.fail2ban",
    Shell("fail2ban-client status", root=True),
    codes=(0, 255),
    harmless=r"Failed to access socket path|Unable to contact server",
    missing="no fail2ban here",
)
def fail2ban(reply: Reply) -> Iterator[BruteForceGuard]:
    """`Jail list: sshd, nginx-http-auth`; 255 with its complaint about the socket: installed and not running."""
    if reply.code == 255:
        if not re.search(rb"socket|server", reply.stderr + reply.stdout):
            raise NotUnderstood("it failed without saying why")
        yield BruteForceGuard(tool="fail2ban", active=False, jails=())
        return
    jails = re.search(r"Jail list:[ \t]*(.*)$", reply.text, re.M)
    if not jails:
        raise NotUnderstood(f"no list of jails: {reply.text[:80]!r}")
    yield BruteForceGuard(tool="fail2ban", active=True, jails=tuple(sorted(j.strip() for j in jails[1].split(",") if j.strip())))


@probe("linux.bruteforce_guards", "pgrep -l '^(crowdsec|sshguard|denyhosts|blocklistd)'", codes=(0, 1), harmless=NO_PROCESS)
def bruteforce_guards(reply: Reply) -> Iterator[BruteForceGuard]:
    """`PID name`."""
    found = [re.fullmatch(r"\d+ (crowdsec|sshguard|denyhosts|blocklistd)\S*", line) for line in reply.lines()]
    if not all(found):
        raise NotUnderstood("a line that is no process of a guard")
    for name in sorted({m[1] for m in found if m}):
        yield BruteForceGuard(tool=name, active=True, jails=())
