"""Programs that let somebody in from outside: what lies on disk, what runs, and SSH tunnels turned outwards (ssh(1) -R)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.services import RemoteControl
from auditkit.probing import NotUnderstood, Reply, Shell, probe

from ._readings import NO_FILE, NO_PROCESS

# product -> (process as pgrep shows it, at most 15 letters; what an installation leaves)
_PRODUCTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "AnyDesk": ("anydesk", ("/usr/bin/anydesk", "/etc/anydesk", "/opt/anydesk")),
    "RustDesk": ("rustdesk", ("/usr/bin/rustdesk", "/usr/lib/rustdesk", "/usr/share/rustdesk")),
    "RuDesktop": ("rudesktop", ("/usr/bin/rudesktop", "/opt/rudesktop", "/usr/share/rudesktop-client")),
    "TeamViewer": ("teamviewerd|TeamViewer", ("/opt/teamviewer", "/etc/teamviewer", "/usr/bin/teamviewer")),
    "Assistant": ("assistant|asts", ("/opt/assistant", "/opt/Assistant", "/etc/assistant")),
    "Getscreen": ("getscreen", ("/opt/getscreen.me", "/usr/bin/getscreen")),
    "LiteManager": ("ROMServer|romserver|litemanager", ("/opt/LiteManager", "/opt/litemanager")),
    "Radmin": ("rserver3", ("/opt/radmin",)),
    "DWService": ("dwagsvc|dwagent", ("/usr/share/dwagent",)),
    "MeshCentral": ("meshagent", ("/usr/local/mesh_services", "/usr/local/mesh", "/opt/meshagent")),
    "NoMachine": ("nxserver|nxd", ("/usr/NX",)),
    "Chrome Remote Desktop": ("chrome-remote-d", ("/opt/google/chrome-remote-desktop",)),
    "ScreenConnect": ("screenconnect", ("/opt/screenconnect",)),
    "Splashtop": ("SRStreamer", ("/opt/splashtop-streamer",)),
    "xrdp": ("xrdp", ("/etc/xrdp",)),
    "VNC": (
        "Xvnc|Xtigervnc|Xtightvnc|x11vnc|vncserver|x0vncserver|krfb|vino-server|wayvnc|gnome-remote-de",
        ("/usr/bin/x11vnc", "/usr/bin/Xtigervnc", "/usr/bin/Xtightvnc", "/usr/bin/vncserver-x11", "/usr/bin/wayvnc", "/etc/vnc"),
    ),
    "ngrok": ("ngrok", ("/usr/local/bin/ngrok", "/usr/bin/ngrok", "/snap/bin/ngrok")),
    "frp": ("frpc|frps", ("/usr/bin/frpc", "/usr/local/bin/frpc", "/etc/frp", "/opt/frp")),
    "cloudflared": ("cloudflared", ("/usr/bin/cloudflared", "/usr/local/bin/cloudflared", "/etc/cloudflared")),
    "ZeroTier": ("zerotier-one", ("/var/lib/zerotier-one", "/usr/sbin/zerotier-one")),
    "Tailscale": ("tailscaled", ("/usr/sbin/tailscaled", "/var/lib/tailscale")),
    "NetBird": ("netbird", ("/usr/bin/netbird", "/etc/netbird")),
    "Hamachi": ("hamachid", ("/opt/logmein-hamachi",)),
    "Webmin": ("miniserv.pl", ("/etc/webmin",)),
    "Cockpit": ("cockpit-ws|cockpit-tls", ("/usr/share/cockpit",)),
}
_PATHS = " ".join(f"'{path}'" for _, paths in _PRODUCTS.values() for path in paths)
_PROCESSES = "|".join(process for process, _ in _PRODUCTS.values())


@probe(
    "linux.remote_control",
    Shell(f"ls -d {_PATHS}; pgrep -l '^({_PROCESSES})'", root_helps=True),
    codes=(0, 1),
    harmless=rf"^ls: .*{NO_FILE}|{NO_PROCESS}",
)
def remote_control(reply: Reply) -> Iterator[RemoteControl]:
    """Paths that are there, then `PID name`."""
    evidence: dict[str, set[str]] = {}
    running: set[str] = set()
    for line in reply.lines():
        process = re.match(r"\d+ (\S+)", line)
        if not process and not line.startswith("/"):
            raise NotUnderstood(f"neither a path nor a process: {line[:80]!r}")
        product = _of_process(process[1]) if process else _of_path(line.strip())
        evidence.setdefault(product, set()).add(f"process {process[1]}" if process else line.strip())
        running |= {product} if process else set()
    for product, seen in sorted(evidence.items()):
        yield RemoteControl(product=product, evidence=tuple(sorted(seen)), running=product in running)


def _of_process(name: str) -> str:
    for product, (process, _) in _PRODUCTS.items():
        if re.match(process, name):
            return product
    raise NotUnderstood(f"a process that was not asked for: {name[:40]!r}")


def _of_path(path: str) -> str:
    for product, (_, paths) in _PRODUCTS.items():
        if path in paths:
            return product
    raise NotUnderstood(f"a path that was not asked for: {path[:80]!r}")


# The brackets keep the shell that carries this very pattern from finding itself.
_TURNED = r"[s]sh( [^|]*)? -[A-Za-z]*R"


@probe(
    "linux.reverse_ssh",
    Shell(
        rf"grep -rHE '^ExecStart=.*{_TURNED}' /etc/systemd/system /usr/local/lib/systemd/system; pgrep -af '{_TURNED}'",
        root_helps=True,
    ),
    codes=(0, 1),
    secret=True,
    harmless=rf"^grep: .*{NO_FILE}",
)
def reverse_ssh(reply: Reply) -> Iterator[RemoteControl]:
    """One record: units and processes that open a door of this host somewhere else."""
    evidence: set[str] = set()
    running = False
    for line in reply.lines():
        process = re.match(r"\d+ (\S.*)$", line)
        if not process and not line.startswith("/"):
            raise NotUnderstood("a line that is neither a unit nor a process")
        running = running or bool(process)
        evidence.add(f"process {process[1]}" if process else line.strip())
    if evidence:
        yield RemoteControl(product="reverse SSH tunnel", evidence=tuple(sorted(evidence)), running=running)
