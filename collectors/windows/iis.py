"""IIS: sites, bindings, application pools. From applicationHost.config itself: it needs no module of IIS and no version of PowerShell."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import TYPE_CHECKING

from auditkit.model.shared.services import WebSite
from auditkit.model.shared.windows import AccountUse
from auditkit.model.shared.windows_roles import IisBinding, IisPool
from auditkit.probing import NotHere, NotUnderstood, PowerShell, Reply, probe

from ._section import Section, sure, text
from ._xml import element
from .services import builtin

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_CENTRAL = 2  # bit of sslFlags: the certificate comes from the central store
_POOL_DEFAULT = "ApplicationPoolIdentity"


@probe("windows.iis", PowerShell("iis"), on=("windows",), secret=True)
def iis(reply: Reply) -> Iterator[WebSite | IisBinding | IisPool | AccountUse]:
    """system.applicationHost of the configuration; certificates of HTTP.sys from the registry. A configuration that lies elsewhere
    (redirection.config) is not read.
    """
    section = Section(reply, "Win32_Service", "redirection", "config", "tls")
    if section.blank:
        raise NotHere("IIS is not installed here")
    redirected = _config(section, "redirection").find(".//configurationRedirection")
    if redirected is not None and redirected.get("enabled", "false").lower() == "true":
        raise NotUnderstood("the configuration of IIS is shared and lies elsewhere")
    host = _config(section, "config").find("system.applicationHost")
    if host is None:
        raise NotUnderstood("no system.applicationHost in the configuration of IIS")
    yield from _pools(host)
    shown = {_place(text(r, "binding")): text(r, "hash").lower() for r in section.rows("tls")}
    for site in host.findall("sites/site"):
        yield from _site(site, shown)


def _config(section: Section, word: str) -> Element:
    row = section.one(word)
    if row is None:
        raise NotUnderstood(f"{word} of IIS was not sent")
    if sure(row, "cut"):
        raise NotUnderstood(f"{word} of IIS is larger than what was read")
    try:
        return element(base64.b64decode(text(row, "data"), validate=True), f"{word} of IIS")
    except binascii.Error as e:
        raise NotUnderstood(f"{word} of IIS is no base64") from e


def _pools(host: Element) -> Iterator[IisPool | AccountUse]:
    usual = host.find("applicationPools/applicationPoolDefaults")
    model_usual = usual.find("processModel") if usual is not None else None
    default = model_usual.attrib if model_usual is not None else {}
    runtime = usual.get("managedRuntimeVersion", "v2.0") if usual is not None else "v2.0"
    for pool in host.findall("applicationPools/add"):
        model = pool.find("processModel")
        own = {**default, **(model.attrib if model is not None else {})}
        kind, user = own.get("identityType", _POOL_DEFAULT), own.get("userName", "")
        named = kind == "SpecificUser"
        name, starts = pool.get("name", ""), pool.get("autoStart", "true").lower() == "true"
        yield IisPool(
            name=name, identity=user if named else kind, own_account=named, runtime=pool.get("managedRuntimeVersion", runtime),
            auto_start=starts,
        )  # fmt: skip
        if named and user:
            yield AccountUse(account=user, kind="iis_pool", name=name, builtin=builtin(user), enabled=starts)


def _site(site: Element, shown: dict[str, str]) -> Iterator[WebSite | IisBinding | AccountUse]:
    name, starts = site.get("name", ""), site.get("serverAutoStart", "true").lower() == "true"
    bindings = [_binding(name, b, shown, starts) for b in site.findall("bindings/binding")]
    root = site.find("application[@path='/']/virtualDirectory[@path='/']")
    yield WebSite(
        server="iis", name=name, names=tuple(dict.fromkeys(b.host for b in bindings if b.host)),
        listen=tuple(f"{b.protocol} {b.binding}" for b in bindings), root=root.get("physicalPath", "") if root is not None else "",
        tls=any(b.tls for b in bindings), certificate=next((b.thumbprint for b in bindings if b.thumbprint), ""), upstreams=(),
        config_file="applicationHost.config",
    )  # fmt: skip
    yield from {(b.site, b.protocol, b.binding): b for b in bindings}.values()
    for application in site.findall("application"):
        for folder in application.findall("virtualDirectory"):
            user = folder.get("userName", "")
            if user:
                where = f"{name}{application.get('path', '')}{folder.get('path', '')}".replace("//", "/")
                yield AccountUse(account=user, kind="iis_pool", name=where, builtin=builtin(user), enabled=starts)


def _binding(site: str, binding: Element, shown: dict[str, str], starts: bool) -> IisBinding:
    """bindingInformation is address:port:name; of what is no HTTP (net.tcp: 808:*) it has another form and no port that is a number."""
    protocol, info = binding.get("protocol", "").lower(), binding.get("bindingInformation", "")
    flags = int(binding.get("sslFlags", "0"))
    front, _, host = info.rpartition(":")
    address, _, port = front.rpartition(":")
    tls = protocol == "https"
    if protocol in ("http", "https") and not port.isdigit():
        raise NotUnderstood("a binding of IIS without its port")
    number = int(port) if port.isdigit() else 0
    thumbprint = None if not tls or flags & _CENTRAL else _thumbprint(address, number, host, bool(flags & 1), shown)
    return IisBinding(
        site=site, protocol=protocol, binding=info, port=number, host=host if protocol in ("http", "https") else "", tls=tls,
        sni=bool(flags & 1), thumbprint=thumbprint, auto_start=starts,
    )  # fmt: skip


def _thumbprint(address: str, port: int, host: str, sni: bool, shown: dict[str, str]) -> str:
    """By name first where SNI is on; a certificate of the address, and of every address, serves what none of its own has."""
    own = [f"{host}:{port}"] if sni else []
    own += [f"{address}:{port}"] if address not in ("*", "") else []
    return next((shown[w] for w in map(_place, [*own, f"0.0.0.0:{port}", f"[::]:{port}"]) if shown.get(w)), "")


def _place(binding: str) -> str:
    return binding.strip().lower()
