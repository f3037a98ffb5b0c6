"""The SSH server's settings as they work (sshd(8) -T), and what its files say to anybody who may read them (sshd_config(5))."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model import fact
from auditkit.model.shared.services import SshdSetting
from auditkit.probing import NotUnderstood, Reply, Shell, probe

from ._readings import NO_FILE, grepped


@fact(key=("file", "line"))
class SshdConfigLine:
    """A line of sshd_config as written. condition: of its Match block, "" outside of one. Which one wins, sshd -T says."""

    file: str
    line: int
    name: str
    value: str
    condition: str


# As root from an outside address (RFC 5737), so that Match blocks for the office do not answer for everybody.
@probe(
    "linux.sshd",
    Shell("sshd -T -C user=root,host=outside.invalid,addr=192.0.2.1,laddr=192.0.2.2,lport=22", root=True),
    missing="no OpenSSH server here",
)
def sshd(reply: Reply) -> Iterator[SshdSetting]:
    """`name value` in lower case; names that come several times (port, hostkey) become one row."""
    values: dict[str, list[str]] = {}
    for line in reply.lines():
        name, _, value = line.strip().partition(" ")
        if not re.fullmatch(r"[a-z0-9]+", name):
            raise NotUnderstood(f"no setting: {line[:80]!r}")
        values.setdefault(name, []).append(value)
    for name, said in values.items():
        yield SshdSetting(name=name, value=", ".join(said))


# The usual folder, and the ciphers of update-crypto-policies(8), which hold nothing of logins
_INCLUDED = {"/etc/ssh/sshd_config.d/*.conf", "sshd_config.d/*.conf", "/etc/crypto-policies/back-ends/opensshserver.config"}


@probe(
    "linux.sshd_config",
    Shell("grep -HnE '^[[:space:]]*[^#[:space:]]' /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf", root_helps=True),
    codes=(0, 1, 2),
    harmless=rf"sshd_config\.d/\*\.conf: {NO_FILE}",
    no_file="no /etc/ssh/sshd_config",
)
def sshd_config(reply: Reply) -> Iterator[SshdConfigLine]:
    """Every line that is no comment; a Match block ends with its file. Files that Include names elsewhere were not read."""
    last, condition = "", ""
    elsewhere: list[str] = []
    for file, rest in grepped(reply):
        number, _, said = rest.partition(":")
        said = said.strip()
        if file != last:
            last, condition = file, ""
        name, value = [*re.split(r"\s*=\s*|\s+", said, maxsplit=1), ""][:2]
        if name.lower() == "match":
            condition = "" if value.lower() == "all" else value
            continue
        if name.lower() == "include" and (condition or not set(value.split()) <= _INCLUDED):
            elsewhere.append(f"{file}, line {int(number)}")
        yield SshdConfigLine(file=file, line=int(number), name=name.lower(), value=value.strip(), condition=condition)
    if elsewhere:
        raise NotUnderstood(f"{elsewhere[0]}: Include of files that were not read, or inside of a Match block: look at what they say")
