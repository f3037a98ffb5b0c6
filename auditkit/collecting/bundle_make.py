"""The offline script: the same sections and probes as an online collection, in one text that can be read and signed beforehand.

Windows: `_offline_begin.ps1`, `_head.ps1`, the sections, `_offline.ps1`, and a .cmd that starts it. Linux: the shell script of `local`
and `ssh` as it is, then `_offline.sh`. Nothing is packed inside. The answer is encrypted to a key whose private half never leaves the
vault.
"""

from __future__ import annotations

import hashlib
import secrets
import shlex
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import msgspec

from auditkit.collecting import bundle_state
from auditkit.collecting.bundle_state import Made
from auditkit.collecting.session import operator, tool
from auditkit.errors import RegistryError, UsageError
from auditkit.probing import PowerShell, Probe, Shell
from auditkit.registry import Registry
from auditkit.transports.answercrypt import Closed, PublicKey, loaded, new_key, public
from auditkit.transports.answerfile import Opener
from auditkit.transports.base import Credential, Masked, Sent, now
from auditkit.transports.bundle import way_of
from auditkit.transports.powershell import sections_of, text_of
from auditkit.transports.script import Item, script
from auditkit.workspace.files import locked, trouble, write_once
from auditkit.workspace.journal import Journal
from auditkit.workspace.layout import Workspace
from auditkit.workspace.vault import Vault

System = Literal["windows", "linux"]
KEY = "bundle"  # name of the private key in the vault


@dataclass(frozen=True, slots=True)
class Script:
    """A script made. files: name -> bytes; the first is the script itself."""

    id: str
    system: System
    files: dict[str, bytes]


def make(workspace: Workspace, registry: Registry, system: System, out: Path, plain: bool = False) -> Made:
    """Write the script for that system into a folder and remember that it was made.

    Raises UsageError where there is nothing to ask or a file is there already; CredentialError where the vault does not open.
    """
    key = None if plain else _public(workspace)
    made = text(workspace.client_id, registry, system, key)
    workspace.prepare()
    _write(out, made)
    whole = hashlib.sha256(next(iter(made.files.values()))).hexdigest()
    record = Made(made.id, system, plain, now(), operator(), whole)
    with locked(workspace.state / "bundle.lock"), Journal(workspace.journal) as journal:
        state = bundle_state.load(workspace)
        bundle_state.keep(workspace, msgspec.structs.replace(state, made=(*state.made, record)))
        how = "answers not encrypted" if plain else f"key {key.fingerprint if key else ''}"
        journal(Sent(record.at, "", "", record.by, f"offline script for {system} made: bundle {made.id}, sha256 {whole}, {how}"))
    return record


def opener(workspace: Workspace) -> Opener:
    """What opens the answers of this client: its key in the vault. Raises CredentialError, UsageError."""
    if KEY not in Vault.open(workspace).names():
        return Opener(workspace.client_id, None, "", _plain(workspace))
    key = _loaded(workspace)
    return Opener(workspace.client_id, key, public(key).fingerprint, _plain(workspace))


def _plain(workspace: Workspace) -> frozenset[str]:
    return frozenset(m.id for m in bundle_state.load(workspace).made if m.plain)


def _public(workspace: Workspace) -> PublicKey:
    vault = Vault.open(workspace)
    if KEY not in vault.names():
        vault.add(KEY, Credential("bundle", private_key=Masked(new_key())))
    return public(_loaded(workspace))


def _loaded(workspace: Workspace) -> Any:
    held = Vault.open(workspace).get(KEY).private_key
    try:
        return loaded(held.reveal() if held else "")
    except Closed as e:
        raise UsageError(f"{workspace.path / 'vault.age'}: {KEY}: {e}; take the vault from a copy") from None


def text(client: str, registry: Registry, system: System, key: PublicKey | None) -> Script:
    """The files of a script. key None: its answers are not encrypted. Raises RegistryError where nothing can be asked."""
    kind = PowerShell if system == "windows" else Shell
    probes = [p for p in registry.probes_on(system) if all(isinstance(c, kind) for c in p.commands)]
    if not probes:
        raise RegistryError(f"no probe asks {system}: run it without --probe")
    head = {
        "client": client, "bundle": secrets.token_hex(6), "key": key.fingerprint if key else "", "tool": tool(),
        "items": ",".join(f"{p.name}={way_of(p)}" for p in probes),
    }  # fmt: skip
    name = f"auditkit-{client}-{system}"
    if system == "linux":
        return Script(head["bundle"], system, {f"{name}.sh": _shell(head, probes, key).encode()})
    files = {f"{name}.ps1": _powershell(head, probes, key), f"{name}.cmd": _cmd(name)}
    return Script(head["bundle"], system, {n: t.replace("\n", "\r\n").encode("ascii") for n, t in files.items()})


def _told(head: dict[str, str], key: PublicKey | None) -> list[str]:
    closed = f"encrypted to the key {key.fingerprint}" if key else "NOT ENCRYPTED"
    return [
        f"auditkit, offline script: bundle {head['bundle']}, client {head['client']}, made by {head['tool']}.",
        f"It reads this computer, changes nothing, and makes one new file: the answer, {closed}.",
        "It may be read and signed; what is asked stands below as it is asked.",
    ]


def _powershell(head: dict[str, str], probes: list[Probe[Any]], key: PublicKey | None) -> str:
    form = "rsa aes" if key else "plain"
    lines = [f"# {line}" for line in _told(head, key)]
    lines += ["$akBundle = @{", *(f"    '{k}' = {_quoted(v)}" for k, v in {**head, "form": form}.items()), "}"]
    lines += [f"$akPublic = '{key.xml if key else ''}'", ""]
    parts = ["\n".join(lines), text_of("_offline_begin"), text_of("_head")]
    parts += [f"\nSection '{name}' {{\n{text_of(name)}\n}}\n" for name in sections_of(probes)]
    return "\n".join([*parts, text_of("_offline")])


def _quoted(text: str) -> str:
    """A text of PowerShell that stands for itself (about_Quoting_Rules: a quote is doubled)."""
    return "'" + text.replace("'", "''").replace("\n", " ") + "'"


def _cmd(name: str) -> str:
    """A 32-bit agent (of a management console) is shown another registry: Sysnative is its way to the 64-bit PowerShell."""
    return (
        "@echo off\n"
        "rem Starts the script beside this file. The first argument is the folder for the answer; without it this folder.\n"
        "setlocal\n"
        'set "AK_PS=%SystemRoot%\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"\n'
        'if exist "%SystemRoot%\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe" '
        'set "AK_PS=%SystemRoot%\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe"\n'
        'set "AK_TO=%~1"\n'
        'if "%AK_TO%"=="" set "AK_TO=%~dp0."\n'
        "rem a backslash before the closing quote would swallow it\n"
        'if "%AK_TO:~-1%"=="\\" set "AK_TO=%AK_TO%."\n'
        f'"%AK_PS%" -NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -File "%~dp0{name}.ps1" "%AK_TO%"\n'
        "set AK_CODE=%ERRORLEVEL%\n"
        'if not "%AK_CODE%"=="0" if "%~1"=="" pause\n'
        "exit /b %AK_CODE%\n"
    )


def _shell(head: dict[str, str], probes: list[Probe[Any]], key: PublicKey | None) -> str:
    asked = script([Item(n, p) for n, p in enumerate(probes)], '"$NONCE"', sudo=True, zipped=False).decode()
    fragment = msgspec.json.encode(head).decode()[1:-1]
    lines = ["#!/bin/sh", *(f"# {line}" for line in _told(head, key))]
    form = "rsa openssl" if key else "plain"
    lines += [f"CLIENT={shlex.quote(head['client'])}", f"HEAD={shlex.quote(fragment)}", f"FORM={shlex.quote(form)}"]
    lines += [f"PUBLIC={shlex.quote(key.pem.strip() if key else '')}", "everything() (", asked.rstrip("\n"), ")", ""]
    return "\n".join(lines) + _offline()


def _offline() -> str:
    for folder in import_module("auditkit.collectors").__path__:
        place = Path(folder) / "linux" / "_offline.sh"
        if place.is_file():
            return place.read_text("ascii")
    raise RegistryError("collectors/linux/_offline.sh is missing")


def _write(out: Path, made: Script) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise trouble(out, e, "made") from e
    sums = "".join(f"{hashlib.sha256(body).hexdigest()}  {name}\n" for name, body in made.files.items())
    manifest = f"{next(iter(made.files)).rpartition('.')[0]}.sha256"
    for name, body in {**made.files, manifest: sums.encode()}.items():
        if not write_once(out / name, body, 0o755 if name.endswith(".sh") else 0o644):
            raise UsageError(f"{out / name}: is there already, and a script that was given away is not replaced: name another folder")
