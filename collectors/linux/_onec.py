"""1C's own files and command lines, which are the same on Linux and Windows. No probe of its own.

The bracket language: {1,"text with "" inside",{...}}.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from auditkit.model.shared.onec import OneCBase, OneCCluster, OneCPublication, OneCTechLog
from auditkit.probing import NotUnderstood

Value = str | list["Value"]
_TOKEN = re.compile(r'\s+|(?P<open>\{)|(?P<close>\})|(?P<comma>,)|"(?P<text>(?:[^"]|"")*)"|(?P<bare>[^\s{},"]+)')
_DEEPEST = 60


def brackets(text: str) -> list[Value]:
    """One value of brackets. Raises NotUnderstood where they do not close.

    >>> brackets('{0,"ООО ' + 2 * '"' + 'Ромашка' + 3 * '"' + ',{1,{2}}}')
    ['0', 'ООО "Ромашка"', ['1', ['2']]]
    """
    stack: list[list[Value]] = [[]]
    at = 0
    text = text.removeprefix("\ufeff")
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            raise NotUnderstood(f"no value in line {text.count(chr(10), 0, at) + 1}")
        at = found.end()
        kind = found.lastgroup
        if kind == "open":
            stack.append([])
            if len(stack) > _DEEPEST:
                raise NotUnderstood("brackets lie too deep in each other")
        elif kind == "close":
            inside = stack.pop()
            if not stack:
                raise NotUnderstood("a bracket closes that was not opened")
            stack[-1].append(inside)
        elif kind == "text":
            stack[-1].append(found["text"].replace('""', '"'))
        elif kind == "bare":
            stack[-1].append(found["bare"])
    if len(stack) != 1 or len(stack[0]) != 1 or not isinstance(stack[0][0], list):
        raise NotUnderstood("the brackets do not close")
    return stack[0][0]


PARTS = ("ragent", "rmngr", "rphost", "ras", "rac", "1cv8", "1cv8c", "1cv8s", "ibsrv", "ibcmd", "dbgs", "crserver")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
_VERSION = re.compile(r"[/\\]v?(8\.\d[\d.]*|1cv8[12])(?=[/\\]|$)", re.I)
# A value may stand after "=" or a blank, in quotes or not; "-debug" alone has none.
_ARG = re.compile(r"""(?:^|\s)--?(port|regport|range|d|debug|http)(?=[\s=]|$)(?:[\s=]+(?:"([^"]*)"|([^\s"-]\S*)))?""")


def version_of(path: str) -> str:
    r"""The version of a platform by its folder; "" = the path does not tell.

    >>> version_of("/opt/1cv8/x86_64/8.3.23.1865/ragent"), version_of(r"C:\Program Files\1cv82\8.2.19.130\bin\ragent.exe")
    ('8.3.23.1865', '8.2.19.130')
    >>> version_of("/opt/1C/v8.3/x86_64"), version_of(r"C:\Program Files\1cv81\bin"), version_of("/usr/local/1c")
    ('8.3', '8.1', '')
    """
    found = _VERSION.findall(path)
    exact = [v for v in found if v.startswith("8.")]
    return exact[-1] if exact else f"8.{found[-1][-1]}" if found else ""


def arguments(line: str) -> dict[str, str]:
    r"""What a server of 1C was told on its command line: port, regport, range, d, debug, http.

    >>> arguments(r'-srvc -agent -port 1540 -d "C:\Program Files\1cv8\srvinfo" -debug')
    {'port': '1540', 'd': 'C:\\Program Files\\1cv8\\srvinfo', 'debug': ''}
    """
    return {m[1]: m[2] or m[3] or "" for m in _ARG.finditer(line)}


def port_of(named: dict[str, str]) -> int | None:
    """The port; 0 = none was told, None = a variable of the unit decides. Raises NotUnderstood."""
    said = named.get("port", "")
    if "$" in said:
        return None
    if said and not (said.isascii() and said.isdecimal()):
        raise NotUnderstood("a port that is no number")
    return int(said or 0)


def cluster_list(file: str, text: str) -> Iterator[OneCCluster | OneCBase]:
    """1CV8Clst.lst: {version, cluster, {count, base...}, ?, {count, administrator...}, {count, working server...}, managers...}.

    A base: uuid, name, description, DBMS, server, database, user, password, ... The order is that of platforms 8.2 and 8.3. Raises
    NotUnderstood.
    """
    items = brackets(text)
    cluster = items[1] if len(items) > 2 else ""
    bases = _counted(items, 2)
    if bases is None:
        raise NotUnderstood(f"{file}: the list of bases does not hold as many as it says")
    if not isinstance(cluster, list) or len(cluster) < 4 or not _UUID.fullmatch(_text(cluster[0])):
        raise NotUnderstood(f"{file}: no cluster stands before the bases")
    yield OneCCluster(
        file=file, name=_text(cluster[1]), port=int(_text(cluster[2])), host=_text(cluster[3]), administrators=_administrators(items)
    )
    yield from (_base(file, base) for base in bases)


def _counted(items: list[Value], at: int) -> list[Value] | None:
    """The members of a list that begins with their number; None where it does not hold as many."""
    found = items[at] if at < len(items) else ""
    if not isinstance(found, list) or not found or isinstance(found[0], list) or not found[0].isdecimal():
        return None
    return found[1:] if int(found[0]) == len(found) - 1 else None


def _administrators(items: list[Value]) -> tuple[str, ...] | None:
    """Names. The vendor has not published this order: it counts only where the working servers, which every cluster has, follow."""
    listed, servers = _counted(items, 4), _counted(items, 5)
    if listed is None or not servers:
        return None
    first = servers[0]
    if not isinstance(first, list) or not _server(first[:4]):
        return None
    names = [a[0] if isinstance(a, list) and a else "" for a in listed]
    if not all(isinstance(n, str) and n for n in names):
        return None
    return tuple(str(n) for n in names)


def _server(begins: list[Value]) -> bool:
    """uuid, description, port, host: a cluster's manager has no port there."""
    told = [v for v in begins if isinstance(v, str)]
    return len(told) == 4 and _UUID.fullmatch(told[0]) is not None and told[2].isdecimal() and bool(told[3])


def _base(file: str, base: Value) -> OneCBase:
    if not isinstance(base, list) or len(base) < 9 or not _UUID.fullmatch(_text(base[0])):
        raise NotUnderstood(f"{file}: a base without its uuid")
    name, description, dbms, server, database, user, password = map(_text, base[1:8])
    return OneCBase(
        file=file, name=name, description=description, dbms=dbms, db_server=server, db_name=database, db_user=user,
        has_password=bool(password),
    )  # fmt: skip


def _text(value: Value) -> str:
    if isinstance(value, list):
        raise NotUnderstood("a list where a text is wanted")
    return value


def _xml(file: str, text: str) -> ElementTree.Element:
    if "<!ENTITY" in text or "<!DOCTYPE" in text:
        raise NotUnderstood(f"{file}: XML with entities of its own is not read")
    try:
        return ElementTree.fromstring(text.strip().removeprefix("\ufeff"))
    except ElementTree.ParseError as e:
        raise NotUnderstood(f"{file}: no XML at line {e.position[0]}") from e


def publication(file: str, text: str) -> OneCPublication:
    """<point base="/buh" ib="Srvr=&quot;srv&quot;;Ref=&quot;buh&quot;;"> with <ws>, <httpServices> (1C: default.vrd)."""
    point = _xml(file, text)
    named = {m[1].lower(): m[2].strip('"') for m in re.finditer(r'(\w+)=("[^"]*"|[^;]*)', point.attrib["ib"])}
    below = {e.tag.rpartition("}")[2]: e.attrib for e in point}
    inner = any(_on(e.attrib) for e in point.iter() if e.tag.endswith("}point") and e is not point)
    return OneCPublication(
        file=file, base=point.attrib["base"], server=named.get("srvr", ""), infobase=named.get("ref", named.get("file", "")),
        logged_in=bool(named.get("usr")), web_services=_on(below.get("ws")) or inner,
        http_services=_on(below.get("httpServices"), "publishByDefault"),
    )  # fmt: skip


def _on(attributes: dict[str, str] | None, switch: str = "enable") -> bool:
    return attributes is not None and attributes.get(switch, attributes.get("enable", "true")) != "false"


def tech_log(file: str, text: str) -> OneCTechLog:
    """logcfg.xml: <log location="…" history="168"><event>…</event></log>, <dump create="1"/>. history: hours; 24 where not told."""
    config = _xml(file, text)
    if config.tag.rpartition("}")[2] != "config":
        raise NotUnderstood(f"{file}: no configuration of a technological log")
    logs = [e for e in config if e.tag.rpartition("}")[2] == "log"]
    dumps = [e for e in config if e.tag.rpartition("}")[2] == "dump"]
    return OneCTechLog(
        file=file, folders=tuple(e.attrib["location"] for e in logs),
        history_h=max((int(e.attrib.get("history", "24")) for e in logs), default=0),
        everything=any(_everything(event) for log in logs for event in log if event.tag.rpartition("}")[2] == "event"),
        dumps=dumps[0].attrib.get("create", "").lower() in ("1", "true") if dumps else None,
    )  # fmt: skip


def _everything(event: ElementTree.Element) -> bool:
    """The one condition "name is not empty" holds for every event; so does none at all."""
    conditions = list(event)
    return all(c.tag.rpartition("}")[2] == "ne" and c.attrib.get("property") == "name" and not c.attrib.get("value") for c in conditions)
