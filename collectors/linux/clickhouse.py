"""ClickHouse: addresses, ports, and users without a password (clickhouse.com/docs: config.xml, users.xml and their .d folders)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from auditkit.model.shared.services import Database, DatabaseExposure
from auditkit.probing import NotUnderstood, Reply, Shell, probe

_FOLDER = "/etc/clickhouse-server"
_PASSWORDS = ("password", "password_sha256_hex", "password_double_sha1_hex", "ldap", "kerberos", "ssl_certificates", "ssh_keys")


# The server of old (18) does not tell its version: it complains and ends with 78.
_VERSION = 'clickhouse-server --version; [ "$?" -ne 127 ] || exit 127'
_MUTE = "Unknown option specified: version"
_FILES = f"find {_FOLDER} -maxdepth 2 -name '*.xml' -exec head -n 5000 -v '{{}}' +"


@probe(
    "linux.clickhouse",
    Shell(f"{_VERSION}; {_FILES}; pidof clickhouse-server", root=True),
    secret=True,
    codes=(0, 1),
    harmless=rf"^{_MUTE}$",
    missing="no ClickHouse server here",
)
def clickhouse(reply: Reply) -> Iterator[Database | DatabaseExposure]:
    """The version, the files, and last the process numbers while it runs. Files of .d folders count after the main ones."""
    version = re.search(r"version (\d[\d.]*\d)", reply.text)
    parts = re.split(r"^==> (/.*) <==\n", reply.text, flags=re.M)
    if len(parts) < 3 or not (version or _MUTE.encode() in reply.stderr):
        raise NotUnderstood(f"no version, or no XML configuration in {_FOLDER} (YAML is not read)")
    last = reply.text.rstrip().rpartition("\n")[2]
    running = bool(re.fullmatch(r"[\d ]+", last))
    if running:
        parts[-1] = parts[-1].rstrip().removesuffix(last)
    files = sorted(zip(parts[1::2], parts[2::2], strict=True), key=lambda pair: (".d/" in pair[0], pair[0]))
    roots = [_xml(file, text) for file, text in files]
    yield Database(
        engine="clickhouse",
        version=version[1] if version else "",
        instance="",
        port=int(_last(roots, "tcp_port") or 0),
        data_dir=_last(roots, "path"),
        state="running" if running else "stopped",
    )
    hosts = [e.text.strip() for root in roots for e in root.findall("listen_host") if e.text]
    for address in dict.fromkeys(hosts or ["::1", "127.0.0.1"]):
        yield _row("listen", address, not hosts)
    for root in roots:
        for user in root.findall("users/*"):
            # an empty <password/> is the product's way to say: none is asked
            guarded = any((e.text or "").strip() or len(e) for tag in _PASSWORDS for e in user.findall(tag))
            yield _row("password", f"{user.tag}: {'set' if guarded else 'not set'}", False)


def _xml(file: str, text: str) -> ElementTree.Element:
    if "<!ENTITY" in text or "<!DOCTYPE" in text:
        raise NotUnderstood(f"{file}: XML with entities of its own is not read")
    try:
        return ElementTree.fromstring(text.strip())
    except ElementTree.ParseError as e:
        raise NotUnderstood(f"{file}: no XML at line {e.position[0]}") from e


def _last(roots: list[ElementTree.Element], tag: str) -> str | None:
    found = [e.text.strip() for root in roots for e in root.findall(tag) if e.text]
    return found[-1] if found else None


def _row(setting: str, value: str, default: bool) -> DatabaseExposure:
    return DatabaseExposure(engine="clickhouse", instance="", setting=setting, value=value, by_default=default)
