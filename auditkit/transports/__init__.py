"""Transports, loaded when a target needs them: importing paramiko costs more than everything else together."""

from __future__ import annotations

import importlib
import sys

from auditkit.errors import UsageError
from auditkit.transports.base import Options, Transport

_TABLE = {
    "local": "auditkit.transports.local:Local",
    "ssh": "auditkit.transports.ssh:Ssh",
    "ldap": "auditkit.transports.ldap:Ldap",
    "winrm": "auditkit.transports.winrm:Winrm",
    "replay": "auditkit.transports.replay:Replay",
    "nut": "auditkit.transports.nut:Nut",
    "apcupsd": "auditkit.transports.apcupsd:Apcupsd",
    "vsphere": "auditkit.transports.vsphere:Vsphere",
    "redfish": "auditkit.transports.redfish:Redfish",
    "sweep": "auditkit.transports.sweep:Sweeper",
    "bundle": "auditkit.transports.bundle:Bundle",
}
# ranges are looked at by `auditkit discover` alone, under the permission of client.yaml; answer files by `auditkit bundle read`
_NEVER_WRITTEN = frozenset({"sweep", "bundle"})


def names() -> tuple[str, ...]:
    """Names that `transport:` in targets.yaml may have."""
    return tuple(name for name in _TABLE if name not in _NEVER_WRITTEN)


def load(name: str) -> Transport:
    """The transport of that name. Raises UsageError for a name that does not exist."""
    if name not in _TABLE:
        raise UsageError(f"unknown transport {name!r}; allowed: {', '.join(names())}")
    module, _, attribute = _TABLE[name].partition(":")
    made: Transport = getattr(importlib.import_module(module), attribute)()
    return made


def let_go() -> None:
    """Called when a collection is interrupted while threads still wait: take away what they would leave behind on the hosts."""
    shells = sys.modules.get("auditkit.transports.winrmshell")  # not loaded: nothing was opened
    if shells is not None:
        shells.delete_all()


def options_of(name: str) -> type[Options]:
    """The schema of a transport's options."""
    return load(name).options
