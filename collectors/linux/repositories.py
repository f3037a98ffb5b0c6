"""Sources of packages as configured: sources.list(5) in both forms, *.repo of yum, dnf and zypper, apk's and pacman's files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.software import Repository
from auditkit.probing import NotUnderstood, Reply, Shell, probe

from ._readings import NO_FILE, headed

_FILES = (
    "/etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources"
    " /etc/yum.repos.d/*.repo /etc/zypp/repos.d/*.repo /etc/apk/repositories /etc/pacman.conf /etc/pacman.d/mirrorlist"
)
_ONE_LINE = re.compile(r"(deb|deb-src|rpm|rpm-src)\s+(\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s*(.*)$")
_LOGIN = re.compile(r"(://)[^/@\s]*@")
_NO = ("no", "0", "false", "off")


@probe("linux.repositories", Shell(f"tail -v -n +1 -- {_FILES}", root_helps=True), codes=(0, 1), harmless=NO_FILE, secret=True)
def repositories(reply: Reply) -> Iterator[Repository]:
    """Whole files with their names; a login in an address is cut here."""
    files = list(headed(reply))
    if not files:
        raise NotUnderstood("no package source in a place known here")
    seen: set[tuple[str, ...]] = set()
    for name, text in files:
        for row in _reader(name)(name, text):
            if (key := (row.file, row.kind, row.uri, row.suite)) not in seen:
                seen.add(key)
                yield row


def _reader(name: str):  # type: ignore[no-untyped-def]
    if name.endswith(".repo"):
        return _yum
    if name.endswith(".sources"):
        return _deb822
    return _apk if name == "/etc/apk/repositories" else _pacman if "pacman" in name else _lists


def _lists(file: str, text: str) -> Iterator[Repository]:
    for raw in text.splitlines():
        line = raw.partition("#")[0].strip()
        if not line:
            continue
        row = _ONE_LINE.match(line)
        if not row:
            raise NotUnderstood(f"{file}: no source: {line[:80]!r}")
        trusted = not re.search(r"trusted=yes|allow-insecure=yes", row[2] or "")
        yield _row(row[1], row[3], row[4], row[5].split(), True, trusted, file)


def _deb822(file: str, text: str) -> Iterator[Repository]:
    """Stanzas of `Field: value`; a line that begins with a blank goes on, one with # is nothing (deb822(5))."""
    for stanza in re.split(r"\n[ \t]*\n", "\n".join(s for s in text.splitlines() if not s.startswith("#"))):
        fields: dict[str, str] = {}
        name = ""
        for line in stanza.splitlines():
            if line[:1] in " \t":
                fields[name] = f"{fields[name]} {line.strip()}" if name else ""
            elif ":" in line:
                name, _, value = line.partition(":")
                name = name.strip().lower()
                fields[name] = value.strip()
            elif line.strip():
                raise NotUnderstood(f"{file}: no field: {line[:80]!r}")
        if "uris" not in fields:
            if any(fields):
                raise NotUnderstood(f"{file}: a stanza without URIs")
            continue
        enabled = fields.get("enabled", "yes").lower() not in _NO
        insecure = {fields.get("trusted", "").lower(), fields.get("allow-insecure", "").lower()} & {"yes", "true", "1", "on"}
        for kind in fields["types"].split():
            for uri in fields["uris"].split():
                for suite in fields["suites"].split():
                    yield _row(kind, uri, suite, fields.get("components", "").split(), enabled, not insecure, file)


def _yum(file: str, text: str) -> Iterator[Repository]:
    """Sections of `name=value`; baseurl may go on in lines that begin with a blank. What checks signatures by default is trusted."""
    for name, body in re.findall(r"^\[([^\]\n]+)\][^\n]*\n((?:(?!\[)[^\n]*\n?)*)", text + "\n", re.M):
        options = dict(re.findall(r"^(\w+)\s*=\s*([^\n]*(?:\n[ \t]+\S[^\n]*)*)", body, re.M))
        places = (options.get("baseurl") or options.get("mirrorlist") or options.get("metalink") or "").split()
        enabled = options.get("enabled", "1").strip().lower() not in _NO
        checked = options.get("gpgcheck", "1").strip().lower() not in _NO or options.get("repo_gpgcheck", "0").strip() == "1"
        for uri in places or [""]:
            yield _row("rpm", uri.rstrip(","), name, [], enabled, checked, file)


def _apk(file: str, text: str) -> Iterator[Repository]:
    for raw in text.splitlines():
        line = raw.partition("#")[0].strip()
        if line:
            tag, uri = line.split(None, 1) if line.startswith("@") else ("", line)
            yield _row("apk", uri, tag, [], True, True, file)


def _pacman(file: str, text: str) -> Iterator[Repository]:
    section = ""
    level = "Required"
    for raw in text.splitlines():
        line = raw.partition("#")[0].strip()
        if line.startswith("["):
            section = line.strip("[]")
        option, _, value = (s.strip() for s in line.partition("="))
        if option == "SigLevel":
            level = value
        elif option == "Server":
            yield _row("pacman", value, section, [], True, "Never" not in level, file)


def _row(kind: str, uri: str, suite: str, components: list[str], enabled: bool, trusted: bool, file: str) -> Repository:
    clean = _LOGIN.sub(r"\1", uri)
    return Repository(kind=kind, uri=clean, suite=suite, components=tuple(components), enabled=enabled, trusted=trusted, file=file)
