"""What this host gives to others over the network: exports(5), exportfs(8), smb.conf(5) as testparm(1) reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from auditkit.model.shared.storage import Export, Share
from auditkit.probing import NotHere, NotUnderstood, Reply, Shell, probe

from ._mounts import unescape
from ._readings import NO_FILE, headed

_WORD = re.compile(r'(?:[^\s"]|"[^"]*")+')
_CLIENT = re.compile(r"([^()]*)(?:\(([^()]*)\))?")
_EVERYBODY = ("", "*", "0.0.0.0/0", "0.0.0.0/0.0.0.0", "::/0", "<world>")
_TRUE = ("yes", "true", "1", "on")


@probe(
    "linux.exports",
    "head -v -n 5000 -- /etc/exports /etc/exports.d/*.exports",
    codes=(0, 1),
    harmless=NO_FILE,
    no_file="no NFS exports here",
)
def exports(reply: Reply) -> Iterator[Export]:
    """A path and its clients, each with options in brackets; `-options` are the default of the line; a backslash joins lines."""
    shared = False
    for file, text in headed(reply):
        for line in re.sub(r"\\\n", " ", text).splitlines():
            if line.partition("#")[0].strip():
                shared = True
                yield from _grouped(line.partition("#")[0], file)
    if not shared:
        raise NotHere("the files of exports share nothing")


@probe("linux.exports_active", Shell("exportfs -s", root=True, seconds=15), missing="no NFS server here")
def exports_active(reply: Reply) -> Iterator[Export]:
    """The same form, for what the kernel exports now."""
    found: dict[tuple[str, str], list[str]] = {}
    for line in reply.lines():
        for row in _grouped(line, "kernel"):
            found.setdefault((row.path, ",".join(row.options)), []).extend(row.clients)
    for (path, options), clients in found.items():
        yield Export(path=path, clients=tuple(sorted(set(clients))), options=tuple(options.split(",")), origin="kernel")


def _grouped(line: str, origin: str) -> Iterator[Export]:
    """Clients of a line that share options make one row; a later option wins.

    >>> [(e.clients, e.options) for e in _grouped("/srv -ro 10.0.0.0/8 *(rw,sync) web(rw,sync)", "f")]
    [(('10.0.0.0/8',), ('ro',)), (('*', 'web'), ('ro', 'rw', 'sync'))]
    """
    words = _WORD.findall(line)
    path = unescape(words[0].replace('"', ""))
    if not path.startswith("/"):
        raise NotUnderstood(f"{origin}: no path: {line[:80]!r}")
    common: tuple[str, ...] = ()
    groups: dict[tuple[str, ...], list[str]] = {}
    clients = [w for w in words[1:] if not w.startswith("-")]
    for word in words[1:]:
        if word.startswith("-"):
            common = tuple(filter(None, word[1:].split(",")))
    for word in clients or [""]:
        found = _CLIENT.fullmatch(word.replace('"', ""))
        if not found:
            raise NotUnderstood(f"{origin}: no client: {word[:80]!r}")
        options = common + tuple(filter(None, (found[2] or "").split(",")))
        groups.setdefault(options, []).append("*" if found[1] in _EVERYBODY else found[1])
    for options, who in groups.items():
        yield Export(path=path, clients=tuple(sorted(set(who))), options=options, origin=origin)


@probe(
    "linux.smb_shares",
    Shell("testparm -s --suppress-prompt", root_helps=True),
    missing="no Samba here",
    harmless=r"^(Load smb config files from|Loaded services file OK|Weak crypto is |Server role: |lp_load_ex|\s*$)",
)
def smb_shares(reply: Reply) -> Iterator[Share]:
    """Sections with `name = value`; what differs from the defaults alone is printed, so an absent `read only` is Yes."""
    sections = list(_sections(reply.text))
    if not sections:
        raise NotUnderstood("no section in smb.conf")
    common = dict(sections[0][1]) if sections[0][0] == "global" else {}
    shares = [(name, said) for name, said in sections if name != "global"]
    if not shares:
        raise NotHere("Samba shares nothing")
    for name, said in shares:
        yield _share(name, {**common, **said})


def _sections(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    for block in re.split(r"^\[", text, flags=re.M)[1:]:
        name, _, body = block.partition("]\n")
        yield name, {k.strip().lower(): v.strip() for k, eq, v in (line.partition("=") for line in body.splitlines()) if eq}


def _share(name: str, said: Mapping[str, str]) -> Share:
    guest = said.get("guest ok", said.get("public", "no")).lower() in _TRUE
    hosts, users = said.get("hosts allow", ""), said.get("valid users", "")
    return Share(
        name=name, path=said.get("path", ""), comment=said.get("comment", ""), guest=guest,
        read_only=said.get("read only", "yes").lower() in _TRUE, users=tuple(u.strip('"') for u in re.findall(r'"[^"]*"|[^\s,]+', users)),
        hosts=tuple(hosts.replace(",", " ").split()), protocol="smb",
    )  # fmt: skip
