"""Where logs go: rsyslog.conf(5), syslog-ng.conf(5), journald.conf(5) and journal-upload.conf(5)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.services import LogDaemon, LogForwarding
from auditkit.probing import NotUnderstood, Reply, Shell, probe

from ._readings import NO_FILE, grepped, option

_CODE = r"-exec grep -HE '^[[:space:]]*[^#[:space:]]' '{}' +"
_QUIET = rf"^find: .*{NO_FILE}"


@probe(
    "linux.rsyslog",
    Shell(rf"find /etc/rsyslog.conf /etc/rsyslog.d -maxdepth 1 -name '*.conf' {_CODE}", root_helps=True),
    codes=(0, 1),
    harmless=_QUIET,
    no_file="no rsyslog here",
)
def rsyslog(reply: Reply) -> Iterator[LogDaemon | LogForwarding]:
    """`*.* @host` (UDP), `@@host:port` (TCP), and action(type="omfwd|omrelp" target=…), which may run over lines."""
    yield LogDaemon(daemon="rsyslog", persistent=True)
    texts: dict[str, str] = {}
    for file, said in grepped(reply):
        texts[file] = f"{texts.get(file, '')}\n{said}"
    found: dict[tuple[str, str], str] = {}
    for file, text in texts.items():
        for m in re.finditer(r"(?:^|\s)(@@?)(?:\(\w*\))?(\[[^\]]+\](?::\d+)?|[\w.:-]+)", text):
            found.setdefault((m[2], "tcp" if m[1] == "@@" else "udp"), file)
        for action in _enclosed(r"\baction\s*\(", ")", text):
            named = {m[1].lower(): m[2] for m in re.finditer(r'([\w.]+)\s*=\s*"([^"]*)"', action)}
            kind = named.get("type", "").lower()
            if kind in ("omfwd", "omrelp"):
                target = ":".join(filter(None, (named["target"], named.get("port", ""))))
                found.setdefault((target, "relp" if kind == "omrelp" else named.get("protocol", "udp").lower()), file)
    for (target, protocol), file in found.items():
        yield LogForwarding(daemon="rsyslog", target=target, protocol=protocol, source=file)


def _enclosed(opening: str, closing: str, text: str) -> Iterator[str]:
    """What lies between each opening and the next closing mark."""
    for found in re.finditer(opening, text, re.I):
        end = text.find(closing, found.end())
        if end < 0:
            raise NotUnderstood(f"it does not end: {text[found.start() : found.start() + 60]!r}")
        yield text[found.end() : end]


@probe(
    "linux.syslog_ng",
    Shell(rf"find /etc/syslog-ng -maxdepth 2 -name '*.conf' {_CODE}", root_helps=True),
    codes=(0, 1),
    harmless=_QUIET,
    no_file="no syslog-ng here",
)
def syslog_ng(reply: Reply) -> Iterator[LogDaemon | LogForwarding]:
    """destination NAME { network("host" port(514) transport("tcp")); }; also the older tcp(), udp(), syslog()."""
    yield LogDaemon(daemon="syslog-ng", persistent=True)
    lines = list(grepped(reply))
    text = "\n".join(said for _, said in lines)
    for block in _enclosed(r"\bdestination\s+[\w.-]+\s*\{", "}", text):
        for driver in block.split(";"):
            found = re.match(r"\s*(network|syslog|tcp6?|udp6?)\s*\(\s*\"?([\w.:-]+)\"?(.*)", driver, re.S)
            if not found:
                continue
            kind, host, rest = found.groups()
            port = re.search(r"port\s*\(\s*\"?(\d+)", rest)
            transport = re.search(r"transport\s*\(\s*\"?([\w-]+)", rest)
            protocol = transport[1] if transport else "tcp" if kind in ("network", "syslog") else kind.rstrip("6")
            source = min(file for file, said in lines if host in said)
            yield LogForwarding(daemon="syslog-ng", target=f"{host}:{port[1]}" if port else host, protocol=protocol, source=source)


_JOURNALD = "/etc/systemd/journald.conf /etc/systemd/journald.conf.d/*.conf /usr/lib/systemd/journald.conf.d/*.conf"


@probe(
    "linux.journald",
    f"ls -d /run/systemd/journal /var/log/journal; grep -HE '^[[:space:]]*[^#;[:space:]]' {_JOURNALD} /etc/systemd/journal-upload.conf",
    codes=(0, 1, 2),
    harmless=rf"^(ls|grep): .*{NO_FILE}",
    no_file="no systemd journal here",
)
def journald(reply: Reply) -> Iterator[LogDaemon | LogForwarding]:
    """Storage=auto keeps the journal where /var/log/journal is. URL= of journal-upload is where it is sent."""
    storage, folders, uploads = "auto", set(), list[tuple[str, str]]()
    for line in reply.lines():
        file, colon, said = line.partition(":")
        if not line.startswith("/"):
            raise NotUnderstood(f"neither a folder nor a setting: {line[:80]!r}")
        if not colon:
            folders.add(line.strip())
            continue
        name, value = option(said.strip())
        storage = value.lower() if name == "Storage" else storage
        uploads += [(file, value)] if name == "URL" else []
    yield LogDaemon(daemon="journald", persistent=storage == "persistent" or (storage == "auto" and "/var/log/journal" in folders))
    for file, target in uploads:
        yield LogForwarding(daemon="journal-upload", target=target, protocol="https", source=file)
