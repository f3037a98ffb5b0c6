"""auditkit probes"""

from __future__ import annotations

import sys
from typing import Any

from auditkit.cli.common import print_json, say, table
from auditkit.probing import PowerShell, Probe, Shell
from auditkit.registry import registry
from auditkit.transports.powershell import assemble, place_of, sections_of


def probes(*, script: bool = False, json: bool = False) -> int:
    """List every command that can ever be sent: the promise to the client that the program only reads.

    Parameters
    ----------
    script:
        print the whole PowerShell script that Windows computers are sent, as it is sent where all questions are open
    json:
        print one JSON object on stdout
    """
    if script:
        sys.stdout.write(assemble(sections_of(registry().probes_on("windows"))))
        return 0
    found = [_told(p) for _, p in sorted(registry().probes.items())]
    if json:
        print_json("probes", probes=found)
        return 0
    rows = [
        (
            p["name"],
            _marks(p),
            p["command"] + "".join(f"  ||  {o}" for o in p["otherwise"]) + (f"   [for each line of: {p['each']}]" if p["each"] else ""),
        )
        for p in found
    ]
    table(("probe", "root", "command"), rows)
    say("cli.probes.sections", folder=str(place_of("_head").parent))
    return 0


def _marks(p: dict[str, Any]) -> str:
    return "root" if p["root"] else "helps" if p["root_helps"] else ""


def _told(p: Probe[Any]) -> dict[str, Any]:
    return {
        "name": p.name,
        "transport": p.command.transport,
        "command": str(p.command),
        "otherwise": [str(c) for c in p.commands[1:]],
        "each": str(p.each) if p.each else None,
        "root": p.needs_root or bool(p.each and p.each.root),
        "root_helps": isinstance(p.command, Shell) and p.command.root_helps,
        "secret": p.secret,
        "on": sorted(p.on),
        "files": [str(place_of(c.section)) for c in p.commands if isinstance(c, PowerShell)],
    }
