"""The half of group policies that lies on SYSVOL: versions, passwords in preferences, scripts, security settings."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from auditkit.model import Secret, fact
from auditkit.probing import NotHere, NotUnderstood, PolicyFiles, Reply, probe
from auditkit.scrub import holds_secret
from auditkit.text import decode

SCRIPTS = (".bat", ".cmd", ".vbs", ".ps1", ".kix", ".js", ".wsf")
NO_VERSION = -1
_VERSION = re.compile(r"^[ \t]*version[ \t]*=[ \t]*(\d{1,10})[ \t\r]*$", re.I | re.M)
_ENCODING = re.compile(rb"^(<\?xml[^>]{0,80}?)\s+encoding=[\"'][^\"']{0,40}[\"']")
_ACCOUNT = ("userName", "runAs", "accountName", "username")  # of users, tasks, services, drives and data sources (MS-GPPREF 2.2.1)
_LISTED = frozenset({  # sections of lines NAME = VALUE (MS-GPSB 2.2); the others are lists of descriptors
    "system access", "kerberos policy", "event audit", "registry values", "privilege rights", "group membership", "system log",
    "security log", "application log",
})  # fmt: skip
File = dict[str, Any]


@fact(key=("guid",))
class SysvolPolicy:
    """The folder of a policy on SYSVOL of the controller that was asked (MS-GPOL 2.2.4).

    guid: its name, in upper case. version: 65536 * that of users + that of computers, as GPT.INI says; -1 = it has no GPT.INI, or
    none that says one. passwords: its preferences hold some; password_files: where. computer_registry, user_registry: it has a
    Registry.pol, not empty. files: their number.
    """

    guid: str
    version: int
    passwords: bool
    password_files: tuple[str, ...]
    computer_registry: bool
    user_registry: bool
    files: int


@fact(key=("guid", "path", "number"))
class PolicyPassword:
    """A password in a policy, which everybody in the domain can read: cpassword (MS-GPPREF 2.2.1.1.4), or that of an automatic logon.

    account: whose, "" = it does not say. password: the print of it, as it stands there.
    """

    guid: str
    path: str
    number: int
    account: str
    password: Secret


@fact(key=("guid", "path"))
class PolicyScript:
    """A script of a policy, or of the domain's logon scripts (guid: NETLOGON).

    secret: it looks as if it held a password; None = it is too large to be read.
    """

    guid: str
    path: str
    size: int
    secret: bool | None


@fact(key=("guid", "section", "setting"))
class PolicySetting:
    """A line of GptTmpl.inf (MS-GPSB 2.2), section and setting in lower case. said: its value as it stands there."""

    guid: str
    section: str
    setting: str
    said: str


@probe(
    "directory.policy_files",
    PolicyFiles(("gpt.ini", "gpttmpl.inf", ".xml", *SCRIPTS)),
    on=("directory",),
    secret=True,  # passwords lie in preferences and scripts
)
def policy_files(reply: Reply) -> Iterator[SysvolPolicy | PolicyPassword | PolicyScript | PolicySetting]:
    guid, files = reply.arg.upper(), [_file(row) for row in reply.rows()]
    if guid == "SCRIPTS":
        logon = list(_scripts(files, "NETLOGON"))
        if not logon:
            raise NotHere("the domain has no logon scripts")
        yield from logon
        return
    passwords = [p for f in files for p in _passwords(f, guid, reply)]
    by_path = {f["path"].lower(): f for f in files}
    yield from passwords
    yield from _scripts(files, guid)
    yield from _settings(by_path.get("machine/microsoft/windows nt/secedit/gpttmpl.inf"), guid)
    if reply.truncated:
        return  # what a folder holds is said of a whole one alone
    yield SysvolPolicy(
        guid=guid,
        version=_version(by_path.get("gpt.ini")),
        passwords=bool(passwords),
        password_files=tuple(sorted({p.path for p in passwords})),
        computer_registry=_holds(by_path.get("machine/registry.pol")),
        user_registry=_holds(by_path.get("user/registry.pol")),
        files=len(files),
    )


def _file(row: File) -> File:
    if not isinstance(row.get("path"), str) or not isinstance(row.get("size"), int):
        raise NotUnderstood("a line without path or size")
    return row


def _body(f: File) -> bytes:
    """Raises NotUnderstood where the file was not read: what it holds is not known."""
    if "body" not in f:
        raise NotUnderstood(f"{f['path']} has {f['size']} bytes: too large to be read")
    try:
        return base64.b64decode(f["body"], validate=True)
    except (binascii.Error, TypeError, ValueError) as e:
        raise NotUnderstood(f"{f['path']}: its body is no base64") from e


def _holds(f: File | None) -> bool:
    return f is not None and f["size"] > 8  # a Registry.pol without values is its header alone (MS-GPREG 2.2.1)


def _version(f: File | None) -> int:
    found = _VERSION.search(decode(_body(f))) if f is not None else None
    return int(found[1]) if found else NO_VERSION


def _passwords(f: File, guid: str, reply: Reply) -> Iterator[PolicyPassword]:
    low = "/" + f["path"].lower()
    if "/preferences/" not in low or not low.endswith(".xml") or not f["size"]:
        return
    for number, (account, password) in enumerate(_in_preferences(f), 1):
        print_ = reply.secret(password, "password in a policy")
        yield PolicyPassword(guid=guid, path=f["path"], number=number, account=account, password=print_)


def _in_preferences(f: File) -> Iterator[tuple[str, str]]:
    """(account, password as it stands there) of each element. Raises NotUnderstood for what is no XML.

    A file that claims an encoding which it does not have is what old tools leave: the bytes themselves tell it better.
    """
    text = _ENCODING.sub(rb"\1", decode(_body(f)).lstrip("\ufeff").encode())
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as e:
        raise NotUnderstood(f"{f['path']} is no XML: {e}") from e
    pairs = [("", root), *((parent.get("name", ""), one) for parent in root.iter() for one in parent)]
    for name, one in pairs:
        given = {attribute.lower(): value for attribute, value in one.attrib.items()}
        account = next((given[a.lower()] for a in _ACCOUNT if given.get(a.lower())), name)
        if given.get("cpassword"):
            yield account, given["cpassword"]
        elif given.get("name", "").lower() == "defaultpassword" and given.get("value"):
            yield "", given["value"]


def _scripts(files: list[File], guid: str) -> Iterator[PolicyScript]:
    for f in files:
        if f["path"].lower().endswith(SCRIPTS):
            secret = holds_secret(decode(_body(f))) if "body" in f else None
            yield PolicyScript(guid=guid, path=f["path"], size=f["size"], secret=secret)


def _settings(f: File | None, guid: str) -> Iterator[PolicySetting]:
    """Each setting once: what stands last counts, as where Windows reads it."""
    found: dict[tuple[str, str], str] = {}
    section = ""
    for number, line in enumerate(decode(_body(f)).splitlines() if f is not None else [], 1):
        text = line.strip().lstrip("\ufeff")
        if text.startswith("["):
            section = text.strip("[]").lower()
        elif section in _LISTED and text and not text.startswith(";"):
            name, equals, value = text.partition("=")
            if not equals:
                raise NotUnderstood(f"GptTmpl.inf, line {number}: no NAME = VALUE in [{section}]")
            found[section, name.strip().lower()] = value.strip()
    for (section, name), value in found.items():
        yield PolicySetting(guid=guid, section=section, setting=name, said=value)
