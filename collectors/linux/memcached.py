"""memcached: it has no password unless SASL is on, so the addresses it listens on decide (memcached(1))."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from auditkit.model.shared.services import DatabaseExposure
from auditkit.probing import NotUnderstood, Reply, probe

from ._readings import NO_FILE, grepped


@probe(
    "linux.memcached",
    "grep -HE '^[[:space:]]*[^#[:space:]]' /etc/memcached.conf /etc/sysconfig/memcached",
    codes=(0, 1, 2),
    harmless=rf"^grep: .*{NO_FILE}",
    no_file="no memcached configuration here",
)
def memcached(reply: Reply) -> Iterator[DatabaseExposure]:
    """Debian: one option a line; Red Hat: OPTIONS="..."."""
    words: list[str] = []
    for _, said in grepped(reply):
        shell = re.fullmatch(r'([A-Z]+)="?(.*?)"?', said)
        if not shell and not re.match(r"-|logfile\s|verbose", said):  # the last two are words of Debian's start script
            raise NotUnderstood(f"no option: {said[:80]!r}")
        words += shlex.split(shell[2] if shell and shell[1] == "OPTIONS" else said if not shell else "")
    listen = [a for w, after in zip(words, [*words[1:], ""], strict=True) if w in ("-l", "--listen") for a in after.split(",")]
    listen += [a for w in words if w.startswith("--listen=") for a in w.partition("=")[2].split(",")]
    for address in dict.fromkeys(listen or ["*"]):
        yield DatabaseExposure(engine="memcached", instance="", setting="listen", value=address, by_default=not listen)
    sasl = "set" if {"-S", "--enable-sasl", "-Y", "--auth-file"} & set(words) else "not set"
    yield DatabaseExposure(engine="memcached", instance="", setting="password", value=sasl, by_default=sasl == "not set")
