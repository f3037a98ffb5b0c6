"""Running programs (ps(1)): account and command line. Arguments may hold passwords, so the reply is a secret."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from auditkit.model.shared.software import Process
from auditkit.probing import NotUnderstood, Reply, Shell, probe

# Kernel threads have no command line. pid 1 tells whether the host shows processes of others (mount option hidepid).
_OWN = ("ps -eww -o", "ps -o pid,user,args", "sh -c ", "sh -s", "gzip -1", "timeout -k", "sudo -n -- env LC_ALL=C", "sudo -n true")


_COMMAND = 'case $(readlink -f "$(command -v ps)") in *busybox) ps -o pid,user,args ;; *) ps -eww -o pid= -o user:32= -o args= ;; esac'


@probe("linux.processes", Shell(_COMMAND, root_helps=True), secret=True)
def processes(reply: Reply) -> Iterator[Process]:
    """Three columns; what the asking itself started is left out."""
    found: Counter[tuple[str, str]] = Counter()
    first = False
    for line in reply.lines():
        pid, user, command = line.split(None, 2)
        if pid == "PID":
            continue
        first = first or pid == "1"
        if not command.startswith("[") and not command.removeprefix("/bin/").startswith(_OWN):
            found[user, command] += 1
    for (user, command), times in found.items():
        yield Process(user=user, command=command, times=times)
    if not first:
        raise NotUnderstood("process 1 is not shown: this account sees its own processes only (hidepid)")
