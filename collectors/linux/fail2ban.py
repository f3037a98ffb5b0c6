"""Guards against guessing of passwords: fail2ban-client(1), and others by their process."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from auditkit.model import fact
from auditkit.model.shared.services import BruteForceGuard
from auditkit.probing import NotHere, NotUnderstood, Reply, Shell, probe

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


@fact(key=("jail", "action", "ports"))
class BannedPort:
    """What a jail of fail2ban closes to whom it bans. ports: as configured, one name, number or range; "" = all.

    first, last: as numbers; None = the name, or what the action does, is not known here.
    """

    jail: str
    action: str
    ports: str
    first: int | None
    last: int | None


# IANA names as jail.conf of fail2ban 0.9 to 1.1 writes them
_NAMED = {
    "ftp-data": 20, "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25, "domain": 53, "http": 80, "pop3": 110, "sftp": 115,
    "imap2": 143, "imap": 143, "imap3": 220, "https": 443, "smtps": 465,
    "submissions": 465, "submission": 587, "ftps-data": 989, "ftps": 990, "imaps": 993,
    "pop3s": 995, "socks": 1080, "mysql": 3306, "sieve": 4190, "ircd": 6667,
}  # fmt: skip
_REPORTS = re.compile(r"(sendmail|mail|abuseipdb|blocklist|complain|dshield|mynetwatchman|xarf|smtp|apprise|ipthreat|nsupdate|dummy)")
# hostsdeny is not among them: only an sshd built with libwrap, as Debian does, reads /etc/hosts.deny.
_FILTERS = re.compile(r"iptables|nftables|firewallcmd|route|ufw|shorewall|pf$|npf|ipfw|bsd-ipfw|ipfilter|apf")


# Which ports a ban closes stands in no answer of `status`; -d prints what the server is told, from the files (fail2ban-client(1)).
@probe(
    "linux.fail2ban_ports",
    Shell("fail2ban-client -d", root=True),
    harmless=r"fail2ban\.\S+ +\[\d+\]: WARNING",
    missing="no fail2ban here",
    secret=True,
)
def fail2ban_ports(reply: Reply) -> Iterator[BannedPort]:
    """A Python list a line; `['multi-set', JAIL, 'action', ACTION, [[NAME, VALUE], ...]]` holds an action with its properties."""
    lines = [(n, line) for n, line in enumerate(reply.lines(), 1) if line.strip()]
    if not any(line.startswith("['set', 'loglevel'") for _, line in lines) or not lines[-1][1].endswith("]"):
        raise NotUnderstood("the dump is not whole: no loglevel, or no end")
    actions = [_listed(n, line) for n, line in lines if re.match(r"\['multi-set', '[^']*', 'action', ", line)]
    closing = [(jail, action, part) for jail, action, p in actions if not _REPORTS.match(action) for part in _closed(action, p)]
    if not closing:  # no jail is enabled, or those that are only send mail
        raise NotHere("no jail of fail2ban bans anybody")
    for jail, action, (ports, first, last) in closing:
        yield BannedPort(jail=jail, action=action, ports=ports, first=first, last=last)


def _listed(number: int, line: str) -> tuple[str, str, dict[str, str]]:
    try:
        _, jail, _, action, properties = ast.literal_eval(line)
        return str(jail), str(action), {str(k): str(v) for k, v in properties}
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise NotUnderstood(f"line {number}: a list of five with pairs at its end was expected") from None


def _closed(action: str, properties: dict[str, str]) -> Iterator[tuple[str, int | None, int | None]]:
    """(as configured, first, last). An action that names no port closes them all."""
    if not _FILTERS.match(action):
        yield "", None, None
        return
    if not re.search("tcp|all|any", properties.get("protocol", "tcp")):
        return
    if not re.search("port", properties.get("actionstart", "") + properties.get("actionban", "")):
        yield "", 0, 65535
        return
    for part in dict.fromkeys(p.strip().lower() for p in properties.get("port", "").split(",")):
        first, _, last = re.sub(r"^(\d+)-(\d+)$", r"\1:\2", part).partition(":")
        if part == "any":
            yield part, 0, 65535
        else:
            yield part, _number(first), _number(last or first)


def _number(text: str) -> int | None:
    return _NAMED.get(text, int(text) if re.fullmatch(r"[0-9]{1,5}", text) else None)
