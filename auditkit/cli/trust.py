"""auditkit trust"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from auditkit.cli.common import print_json, say
from auditkit.errors import TransportError, UsageError
from auditkit.transports import hostkeys
from auditkit.transports.base import Target
from auditkit.workspace.layout import Workspace


def trust(
    client: Path,
    *,
    only: tuple[str, ...] = (),
    yes: bool = False,
    replace: bool = False,
    fingerprint: str | None = None,
    json: bool = False,
) -> int:
    """Show the host keys of targets, and pin them with --yes after comparing them with what the hosts themselves show.

    Parameters
    ----------
    client: folder of a client
    only: ids of targets; without it all that are asked over SSH (jump hosts too)
    yes: pin keys of hosts that have none pinned
    replace: also pin keys of hosts whose key has changed
    fingerprint: pin only if the host shows exactly this key (SHA256:…)
    json: print one JSON object on stdout
    """
    ws = Workspace.open(client)
    ws.prepare()
    places = list(_places(ws, only))
    told = [_one(ws, name, address, port, yes, replace, fingerprint) for name, address, port in places]
    code = 3 if any(t["state"] == "failed" for t in told) else 1 if any(t["state"] in ("shown", "changed") for t in told) else 0
    if json:
        print_json("trust", hosts=told, exit=code)
        return code
    for t in told:
        for key in t["keys"] or [{}]:
            say(f"cli.trust.{t['state']}", id=t["id"], message=t["message"], old=t["old"], **key)
    return code


def _places(ws: Workspace, only: tuple[str, ...]) -> list[tuple[str, str, int]]:
    targets = [t for t in ws.targets() if t.transport == "ssh" and (not only or t.id in only)]
    unknown = sorted(set(only) - {t.id for t in targets})
    if unknown:
        raise UsageError(f"--only: no SSH target is called {', '.join(unknown)}; see targets.yaml")
    found: dict[tuple[str, int], str] = {}
    for t in targets:
        for hop in getattr(t.options, "jump", ()):
            found.setdefault((hop.address, hop.port), f"{t.id} (jump)")
        if not getattr(t.options, "jump", ()):
            found[t.address, _port(t)] = t.id
    return [(name, address, port) for (address, port), name in found.items()]


def _port(t: Target) -> int:
    return int(getattr(t.options, "port", 22))


def _one(ws: Workspace, name: str, address: str, port: int, yes: bool, replace: bool, wanted: str | None) -> dict[str, Any]:
    told: dict[str, Any] = {"id": name, "address": address, "port": port, "state": "failed", "keys": [], "old": "", "message": ""}
    try:
        keys = hostkeys.scan(address, port)
    except TransportError as e:
        return {**told, "message": str(e)}
    shown = [{"type": k.get_name(), "fingerprint": hostkeys.fingerprint(k)} for k in keys]
    known = {k.asbytes() for k in hostkeys.pinned(ws.known_hosts, address, port)}
    old = ", ".join(hostkeys.fingerprint(k) for k in hostkeys.pinned(ws.known_hosts, address, port))
    told |= {"keys": shown, "old": old}
    if known and any(k.asbytes() in known for k in keys):
        return {**told, "state": "same"}
    if wanted is not None and wanted not in [s["fingerprint"] for s in shown]:
        return {
            **told,
            "state": "failed",
            "message": f"shows {', '.join(s['fingerprint'] for s in shown)}, not {wanted}; nothing was pinned",
        }
    if known and not (yes and replace):
        return {**told, "state": "changed"}
    if not yes and wanted is None:
        return {**told, "state": "shown"}
    hostkeys.pin(ws.known_hosts, address, port, keys, replace)
    return {**told, "state": "pinned"}
