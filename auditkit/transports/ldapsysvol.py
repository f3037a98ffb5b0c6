"""Group policies on SYSVOL, with the login of the directory: what `PolicyFiles` asks, folder by folder."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from auditkit.errors import TransportError
from auditkit.model import Question, Unknown
from auditkit.probing import PolicyFiles, Probe, Reply
from auditkit.transports.base import Brought, Context, Credential, Sent, Target, now
from auditkit.transports.smb import FAULTS, Listed, Share, Unread, Way

DEEPEST, MOST_FILES = 12, 5000
SCRIPTS = "scripts"  # what is shared as NETLOGON
TEMPLATES = "policydefinitions"  # the central store of administrative templates: no policy, and thousands of files


@dataclass(frozen=True, slots=True)
class Place:
    """Where SYSVOL is. host: the controller's own name; domain: the DNS name of the domain; port 0 = it is not asked."""

    port: int
    host: str
    domain: str
    way: Way
    login: str
    connect_seconds: float


def ask(probe: Probe[Any], place: Place, target: Target, credential: Credential, context: Context) -> Iterator[Brought]:
    """Every folder of Policies, then their list. What goes wrong costs this probe alone, and is said as Unknown."""
    command = probe.command
    assert isinstance(command, PolicyFiles)

    def brought(arg: str, out: bytes, trouble: Unknown | None) -> Brought:
        reply = Reply(out, b"", 0, now(), place.login, arg, truncated=trouble is not None, key=context.key)
        return Brought(Question(target.id, probe.name, arg), str(command), reply if out or trouble is None else None, trouble)

    try:
        why = _impossible(place, credential)
        if why:
            yield brought("*", b"", Unknown(why))
            return
        share = Share(target.address, place.port, place.host, "SYSVOL", command.seconds)
        told = f"smb connect {share.where} as {place.login or 'the holder of the ticket'} ({place.way}, signed)"
        context.journal(Sent(now(), target.id, target.address, place.login, told))
        try:
            share.open(place.way, place.login, credential.password, place.connect_seconds)
            context.journal(Sent(now(), target.id, target.address, place.login, rf"smb read SYSVOL\{place.domain}"))
            folders = _folders(share, place.domain)
            for name, folder in folders.items():
                out, trouble = _policy(share, folder, command, context.reply_bytes)
                yield brought(name, out, trouble)
            yield brought("*", "".join(f"{name}\n" for name in folders).encode(), None)
        finally:
            share.close()
    except TransportError as e:
        yield brought("*", b"", Unknown(f"SYSVOL: {e}", cause=e.cause))


def _impossible(place: Place, credential: Credential) -> str:
    if not place.port:
        return "SYSVOL is not asked: smb_port is 0"
    if place.way == "ntlm" and (credential.password is None or not credential.password.reveal()):
        return "SYSVOL: the credential has no password"
    if place.way == "ntlm" and "=" in place.login:
        return f"SYSVOL: {place.login} is a DN; SMB takes user@domain"
    return ""


def _folders(share: Share, domain: str) -> dict[str, str]:
    """Argument -> path. Raises TransportError."""
    root = f"{domain}\\Policies"
    try:
        found = {one.name: f"{root}\\{one.name}" for one in share.listing(root) if one.folder and one.name.lower() != TEMPLATES}
        beside = [one for one in share.listing(domain) if one.folder and one.name.lower() == SCRIPTS]
    except FAULTS as e:
        raise share.trouble(e, root) from e
    return found | dict.fromkeys((SCRIPTS,) if beside else (), f"{domain}\\{SCRIPTS}")


def _policy(share: Share, folder: str, command: PolicyFiles, most: int) -> tuple[bytes, Unknown | None]:
    """The lines of one policy, and what kept them from being all."""
    lines: list[bytes] = []
    size = 0
    try:
        for path, one in sorted(_files(share, folder, "", 0), key=lambda found: found[0].lower()):
            row: dict[str, Any] = {"path": path, "size": one.size}
            if path.lower().endswith(command.bodies) and one.size <= command.most:
                row["body"] = base64.b64encode(share.read(f"{folder}\\{path}".replace("/", "\\"), command.most)).decode()
            lines.append(json.dumps(row).encode() + b"\n")
            size += len(lines[-1])
            if size > most or len(lines) > MOST_FILES:
                return b"".join(lines), Unknown(f"truncated: {folder} holds too much", cause="truncated")
    except Unread as e:
        return b"".join(lines), Unknown(f"truncated: {e}", cause="truncated")
    except FAULTS as e:
        told = share.trouble(e, folder)
        if told.cause in ("timed_out", "truncated"):
            raise told from e
        return b"".join(lines), Unknown(str(told), cause=told.cause)
    return b"".join(lines), None


def _files(share: Share, folder: str, below: str, depth: int) -> Iterator[tuple[str, Listed]]:
    """(path with /, what it is) of every file below. Raises as the share does, Unread for a link, and where it is nested too deep."""
    if depth > DEEPEST:
        raise Unread(f"{folder} is nested deeper than {DEEPEST} folders")
    for one in share.listing(folder):
        if one.folder and one.link:
            raise Unread(f"{folder}\\{one.name} leads elsewhere, and is not followed")
        if one.folder:
            yield from _files(share, f"{folder}\\{one.name}", f"{below}{one.name}/", depth + 1)
        else:
            yield f"{below}{one.name}", one
