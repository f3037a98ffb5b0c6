"""Sites of nginx and of its forks, from the whole configuration as the server itself reads it (nginx -T)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.services import WebSite
from auditkit.probing import NotHere, NotUnderstood, Reply, Shell, probe

from ._nginx import Directive, parse

_FILE = re.compile(r"^# configuration file (/.*):$", re.M)
# Of nginx's messages only warnings and its success; errors stay errors.
_HARMLESS = r"\[(warn|notice)\]|syntax is ok$|test is successful$"
_GOES_ON = ("proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass")


@probe("linux.nginx", Shell("nginx -T", root=True), secret=True, harmless=_HARMLESS, missing="no nginx here")
def nginx(reply: Reply) -> Iterator[WebSite]:
    """Each file after its name in a comment; a file included twice is printed once."""
    return _sites(reply, "nginx")


@probe("linux.angie", Shell("angie -T", root=True), secret=True, harmless=_HARMLESS, missing="no Angie here")
def angie(reply: Reply) -> Iterator[WebSite]:
    """Angie speaks nginx's language."""
    return _sites(reply, "angie")


def _sites(reply: Reply, server: str) -> Iterator[WebSite]:
    parts = _FILE.split(reply.text)
    files = dict(zip(parts[1::2], map(parse, parts[2::2]), strict=True))
    if not files:
        raise NotUnderstood("no configuration file is named in the answer")
    upstreams = {u.args[0]: _members(u) for root in files.values() for u in _within(root, "upstream") if u.args}
    sites = [_site(server, file, block, upstreams) for file, root in files.items() for block in _within(root, "server")]
    if not sites:
        raise NotHere(f"{server} has no site")
    yield from dict.fromkeys(sites)


def _within(root: Directive, name: str) -> Iterator[Directive]:
    """Blocks of a name at the top of a file or inside http or stream; not the `server` lines of an upstream."""
    for d in root.body:
        if d.name == name and d.block:
            yield d
        elif d.name in ("http", "stream"):
            yield from _within(d, name)


def _members(upstream: Directive) -> tuple[str, ...]:
    return tuple(d.args[0] for d in upstream.all("server") if d.args)


def _site(server: str, file: str, block: Directive, upstreams: dict[str, tuple[str, ...]]) -> WebSite:
    names = tuple(n for d in block.all("server_name") for n in d.args if n not in ("", "_"))
    targets = [d.args[0] for name in _GOES_ON for d in block.deep(name) if d.args]
    on = {t for target in targets for t in _resolved(target, upstreams)}
    return WebSite(
        server=server,
        name=names[0] if names else "",
        names=names,
        listen=tuple(" ".join(d.args) for d in block.all("listen")) or ("80",),
        root=(block.first("root") or ("",))[0],
        tls=block.first("ssl") == ("on",) or any({"ssl", "quic"} & set(d.args) for d in block.all("listen")),
        certificate=(block.first("ssl_certificate") or ("",))[0],
        upstreams=tuple(sorted(on)),
        config_file=file,
    )


def _resolved(target: str, upstreams: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    host = target.partition("://")[2] or target
    return upstreams.get(host.partition("/")[0], (host.partition("/")[0] if not host.startswith("unix:") else host,))
