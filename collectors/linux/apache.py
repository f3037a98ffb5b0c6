"""Sites of Apache httpd: names, ports and places from `-S` (httpd(8)), the rest from the named lines of the configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from auditkit.model.shared.services import WebSite
from auditkit.probing import NotHere, NotUnderstood, Reply, Shell, probe

_WANTED = "<VirtualHost|</VirtualHost|DocumentRoot|SSLEngine|SSLCertificateFile|ServerName|ServerAlias|ProxyPass|ProxyPassMatch"
_GREP = rf"grep -RHniE '^[[:space:]]*({_WANTED})([[:space:]]|>|$)'"
_DEBIAN = "/etc/apache2/sites-enabled /etc/apache2/conf-enabled /etc/apache2/apache2.conf"
_REDHAT = "/etc/httpd/conf /etc/httpd/conf.d /etc/httpd/sites-enabled /etc/apache2/conf.d /etc/apache2/httpd.conf /etc/httpd2/conf"
_QUIET = r"AH00558|Could not reliably determine|^grep: .*No such file or directory$|\[warn\]|: warning"
_HOST = re.compile(r"^\s*(?:port \d+ namevhost|default server|\S+:\d+|\S+:\*|\*)\s+(\S+) \((/\S+):(\d+)\)$")
_LINE = re.compile(r"^(/[^:]+):(\d+):\s*(.*)$")


@dataclass(slots=True)
class _Block:
    """A <VirtualHost> as written."""

    listen: tuple[str, ...]
    said: dict[str, list[list[str]]] = field(default_factory=dict)

    def first(self, name: str) -> str:
        return next((words[0] for words in self.said.get(name, []) if words), "")


@probe(
    "linux.apache",
    Shell(f"apache2ctl -S && {_GREP} {_DEBIAN}", root=True),
    codes=(0, 1, 2),
    harmless=_QUIET,
    missing="no Apache httpd here",
)
def apache(reply: Reply) -> Iterator[WebSite]:
    """Debian's layout."""
    return _sites(reply)


@apache.otherwise(Shell(f"httpd -S && {_GREP} {_REDHAT}", root=True))
def _(reply: Reply) -> Iterator[WebSite]:
    """Red Hat's, Alpine's and ALT's layouts."""
    return _sites(reply)


@apache.otherwise(Shell(f"httpd2 -S && {_GREP} {_REDHAT}", root=True))
def _(reply: Reply) -> Iterator[WebSite]:
    """ALT calls the program httpd2."""
    return _sites(reply)


def _sites(reply: Reply) -> Iterator[WebSite]:
    if "ServerRoot:" not in reply.text:
        raise NotUnderstood("no ServerRoot: the server did not tell its settings")
    blocks = _blocks(reply)
    found: dict[tuple[str, int], list[str]] = {}
    for line in reply.lines():
        host = _HOST.match(line)
        if host:
            names = found.setdefault((host[2], int(host[3])), [])
            names.extend([host[1]] if host[1] not in names else [])
    for (file, number), names in found.items():
        yield _site(file, names, blocks.get((file, number)))
    if not found:
        main = re.search(r'^Main DocumentRoot: "(.*)"$', reply.text, re.M)
        if not main:
            raise NotHere("Apache httpd has no site")
        yield _site("", [], _Block((), {"documentroot": [[main[1]]]}))


def _blocks(reply: Reply) -> dict[tuple[str, int], _Block]:
    """(file, line) where a <VirtualHost> begins -> what it says."""
    blocks: dict[tuple[str, int], _Block] = {}
    current: _Block | None = None
    for line in reply.lines():
        found = _LINE.match(line)
        if not found:
            continue  # a line of -S
        name, *words = [w.strip('"') for w in re.findall(r'"[^"]*"|\S+', found[3].rstrip(">"))]
        name = name.lower()
        if name == "<virtualhost":
            current = blocks[found[1], int(found[2])] = _Block(tuple(words))
        elif name.startswith("</virtualhost"):
            current = None
        elif current is not None:
            current.said.setdefault(name, []).append(words)
    return blocks


def _site(file: str, names: list[str], block: _Block | None) -> WebSite:
    """block None: its lines lie where the probe does not look, so root and tls were not seen."""
    said = block or _Block(())
    aliases = [w for words in said.said.get("serveralias", []) for w in words]
    targets = {w for k in ("proxypass", "proxypassmatch") for words in said.said.get(k, []) for w in words[:2] if "://" in w}
    return WebSite(
        server="apache",
        name=names[0] if names else "",
        names=tuple(dict.fromkeys([*names, *aliases])),
        listen=said.listen,
        root=said.first("documentroot") if block else None,
        tls=said.first("sslengine").lower() == "on" if block else None,
        certificate=said.first("sslcertificatefile"),
        upstreams=tuple(sorted({t.partition("://")[2].partition("/")[0] for t in targets})),
        config_file=file,
    )
