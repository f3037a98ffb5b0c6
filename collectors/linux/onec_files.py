"""Bases of 1C clusters (1CV8Clst.lst) and their publications on the web (default.vrd)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from auditkit.model.shared.services import OneCBase, OneCPublication
from auditkit.probing import NotHere, NotUnderstood, Reply, Shell, probe

from ._onec import Value, brackets
from ._readings import NO_FILE, headed

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.I)


@probe(
    "linux.onec_bases",
    Shell("find /home /var/1C /var/lib/1c /opt/1C /srv/1c -maxdepth 7 -name 1CV8Clst.lst -exec head -n 20000 -v '{}' +", root=True),
    secret=True,  # holds the databases' passwords, reversibly hidden
    codes=(0, 1),
    harmless=rf"^find: .*{NO_FILE}",
    no_file="no 1C cluster list in the usual places",
)
def onec_bases(reply: Reply) -> Iterator[OneCBase]:
    """{version, cluster, {count, base...}, ...}; a base: uuid, name, description, DBMS, server, database, user, password, ...

    The order of fields is that of platforms 8.2 and 8.3.
    """
    found: list[OneCBase] = []
    for file, text in headed(reply):
        items = brackets(text)
        bases = next((i for i in items[2:3] if isinstance(i, list)), None)
        if bases is None or not bases or int(_text(bases[0])) != len(bases) - 1:
            raise NotUnderstood(f"{file}: the list of bases does not hold as many as it says")
        found += [_base(file, base) for base in bases[1:]]
    if not found:
        raise NotHere("the 1C cluster has no base")
    yield from found


def _base(file: str, base: Value) -> OneCBase:
    if not isinstance(base, list) or len(base) < 9 or not _UUID.match(_text(base[0])):
        raise NotUnderstood(f"{file}: a base without its uuid")
    name, description, dbms, server, database, user, password = map(_text, base[1:8])
    return OneCBase(
        file=file,
        name=name,
        description=description,
        dbms=dbms,
        db_server=server,
        db_name=database,
        db_user=user,
        has_password=bool(password),
    )


def _text(value: Value) -> str:
    if isinstance(value, list):
        raise NotUnderstood("a list where a text is wanted")
    return value


@probe(
    "linux.onec_publications",
    Shell(
        "find /var/www /srv /opt/1C /usr/share/nginx /home -maxdepth 5 -name '*.vrd' -exec head -n 2000 -v '{}' +",
        root=True,
    ),
    secret=True,  # ib="…Usr=…;Pwd=…"
    codes=(0, 1),
    harmless=rf"^find: .*{NO_FILE}",
    no_file="no 1C publication in the usual places",
)
def onec_publications(reply: Reply) -> Iterator[OneCPublication]:
    """<point base="/buh" ib="Srvr=&quot;srv&quot;;Ref=&quot;buh&quot;;"> with <ws>, <httpServices> (1C: default.vrd)."""
    for file, text in headed(reply):
        if "<!ENTITY" in text or "<!DOCTYPE" in text:
            raise NotUnderstood(f"{file}: XML with entities of its own is not read")
        try:
            point = ElementTree.fromstring(text.strip().removeprefix("\ufeff"))
        except ElementTree.ParseError as e:
            raise NotUnderstood(f"{file}: no XML at line {e.position[0]}") from e
        named = {m[1].lower(): m[2].strip('"') for m in re.finditer(r'(\w+)=("[^"]*"|[^;]*)', point.attrib["ib"])}
        below = {e.tag.rpartition("}")[2]: e.attrib for e in point}
        yield OneCPublication(
            file=file,
            base=point.attrib["base"],
            server=named.get("srvr", ""),
            infobase=named.get("ref", named.get("file", "")),
            logged_in=bool(named.get("usr")),
            web_services=_on(below.get("ws")) or any(_on(e.attrib) for e in point.iter() if e.tag.endswith("}point") and e is not point),
            http_services=_on(below.get("httpServices"), "publishByDefault"),
        )


def _on(attributes: dict[str, str] | None, switch: str = "enable") -> bool:
    return attributes is not None and attributes.get(switch, attributes.get("enable", "true")) != "false"
