"""Programs that let somebody in from outside: processes, services and installed programs. A portable copy is seen while it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.services import RemoteControl
from auditkit.probing import NotHere, NotUnderstood, PowerShell, Reply, probe

from ._section import Section, text

# product -> (process, service, name in the list of programs): patterns of the beginning
_PRODUCTS: dict[str, tuple[str, str, str]] = {
    "AnyDesk": (r"anydesk", r"anydesk", r"anydesk"),
    "TeamViewer": (r"teamviewer", r"teamviewer", r"teamviewer"),
    "RustDesk": (r"rustdesk", r"rustdesk", r"rustdesk"),
    "RuDesktop": (r"rudesktop", r"rudesktop", r"rudesktop"),
    "Ammyy Admin": (r"aa_v|ammyy", r"ammyyadmin", r"ammyy"),
    "LiteManager": (r"romserver|romfusclient", r"romservice", r"litemanager"),
    "Radmin": (r"rserver3", r"rserver3", r"radmin (server|vpn)"),
    "RMS": (r"rutserv|rfusclient", r"rmanservice", r"remote manipulator system|remote utilities"),
    "Getscreen": (r"getscreen", r"getscreen", r"getscreen"),
    "Assistant": (r"assistant\.exe$|ast_service", r"assistantservice", r"ассистент$|assistant$"),
    "Supremo": (r"supremo", r"supremoservice", r"supremo"),
    "VNC": (r"winvnc|tvnserver|vncserver", r"uvnc_service|tvnserver|vncserver|winvnc4", r"ultravnc|tightvnc|realvnc|tigervnc|vnc server"),
    "DWService": (r"dwagsvc|dwagent", r"dwagent", r"dwagent|dwservice"),
    "MeshCentral": (r"meshagent", r"mesh agent", r"mesh agent|meshcentral"),
    "ScreenConnect": (r"screenconnect", r"screenconnect client", r"screenconnect|connectwise control"),
    "Splashtop": (r"srserver|srmanager", r"splashtopremoteservice", r"splashtop streamer"),
    "Chrome Remote Desktop": (r"remoting_host", r"chromoting", r"chrome remote desktop"),
    "NoMachine": (r"nxservice", r"nxservice", r"nomachine"),
    "AeroAdmin": (r"aeroadmin", r"aeroadmin", r"aeroadmin"),
    "LogMeIn": (r"logmein", r"logmein", r"logmein(?! hamachi)"),
    "DameWare": (r"dwrcs", r"dwmrcs", r"dameware"),
    "Parsec": (r"parsecd", r"parsec", r"parsec"),
    "ngrok": (r"ngrok", r"ngrok", r"ngrok"),
    "frp": (r"frpc", r"frpc", r"frp client"),
    "cloudflared": (r"cloudflared", r"cloudflared", r"cloudflared|cloudflare tunnel"),
    "ZeroTier": (r"zerotier-one", r"zerotieroneservice", r"zerotier"),
    "Tailscale": (r"tailscaled", r"tailscale", r"tailscale"),
    "Hamachi": (r"hamachi-2", r"hamachi2svc", r"logmein hamachi"),
}


@probe("windows.remote_control", PowerShell("remotecontrol"), on=("windows",))
def remote_control(reply: Reply) -> Iterator[RemoteControl]:
    """Win32_Process, Win32_Service and the names of the uninstaller; what none of the products owns is left out."""
    section = Section(reply, "Win32_Process", "Win32_Service", "program", "looked")
    if section.one("looked") is None:
        raise NotUnderstood("it was not looked to the end")
    evidence: dict[str, dict[str, None]] = {}
    running: set[str] = set()
    for row in section.rows("Win32_Process"):
        product = _product(text(row, "Name"), 0)
        if product:
            evidence.setdefault(product, {})[f"process {text(row, 'ExecutablePath') or text(row, 'Name')}"] = None
            running.add(product)
    for row in section.rows("Win32_Service"):
        product = _product(text(row, "Name"), 1)
        if product:
            evidence.setdefault(product, {})[f"service {text(row, 'Name')}"] = None
            running |= {product} if text(row, "State").lower() == "running" else set()
    for row in section.rows("program"):
        product = _product(text(row, "name").strip(), 2)
        if product:
            evidence.setdefault(product, {})[f"program {text(row, 'name').strip()}"] = None
    if not evidence:
        raise NotHere("no program of remote control that is known runs, is a service, or is installed")
    for product, seen in sorted(evidence.items()):
        yield RemoteControl(product=product, evidence=tuple(sorted(seen)), running=product in running)


def _product(name: str, kind: int) -> str:
    return next((p for p, patterns in _PRODUCTS.items() if re.match(patterns[kind], name, re.I)), "")
