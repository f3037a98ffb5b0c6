"""What RouterOS does where the export names nothing: an export holds only what differs from the default.

Sources: help.mikrotik.com/docs, pages Services, DNS, SOCKS, Proxy, UPnP, Bandwidth Test, MAC server, Neighbor discovery, RoMON, Cloud,
SSH, NTP, SNMP, PPTP, L2TP, SSTP, OVPN. A default that differs between 6 and 7 stands apart.
"""

from __future__ import annotations

from ._export import Export

# name -> (port, whether it is on, whether passwords go in clear)
SERVICES: dict[str, tuple[int, bool, bool]] = {
    "telnet": (23, True, True), "ftp": (21, True, True), "www": (80, True, True), "ssh": (22, True, False), "www-ssl": (443, False, False),
    "api": (8728, True, True), "winbox": (8291, True, False), "api-ssl": (8729, True, False),
}  # fmt: skip
# fact name -> (menu, property, default)
SWITCHES: dict[str, tuple[str, str, str]] = {
    "dns for others": ("/ip dns", "allow-remote-requests", "no"), "socks": ("/ip socks", "enabled", "no"),
    "web proxy": ("/ip proxy", "enabled", "no"), "upnp": ("/ip upnp", "enabled", "no"),
    "bandwidth server": ("/tool bandwidth-server", "enabled", "yes"),
    "mac telnet": ("/tool mac-server", "allowed-interface-list", "all"),
    "mac winbox": ("/tool mac-server mac-winbox", "allowed-interface-list", "all"),
    "mac ping": ("/tool mac-server ping", "enabled", "yes"),
    "neighbour discovery": ("/ip neighbor discovery-settings", "discover-interface-list", "static"),
    "romon": ("/tool romon", "enabled", "no"), "cloud ddns": ("/ip cloud", "ddns-enabled", "no"),
    "strong ssh": ("/ip ssh", "strong-crypto", "no"), "ntp client": ("/system ntp client", "enabled", "no"),
    "snmp": ("/snmp", "enabled", "no"), "pptp server": ("/interface pptp-server server", "enabled", "no"),
    "l2tp server": ("/interface l2tp-server server", "enabled", "no"), "sstp server": ("/interface sstp-server server", "enabled", "no"),
    "ovpn server": ("/interface ovpn-server server", "enabled", "no"), "smb": ("/ip smb", "enabled", "no"),
}  # fmt: skip
_EVERYWHERE = frozenset({"all", "static", "dynamic", "!none", "any"})
_NO_DANGER_BY_ITSELF = frozenset({"snmp", "l2tp server", "sstp server", "ovpn server", "cloud ddns"})  # other facts judge them
_GOOD_WHEN_ON = frozenset({"strong ssh", "ntp client"})


def switch(export: Export, name: str, major: int) -> tuple[str, bool]:
    """(value, whether it is the default)."""
    menu, prop, default = SWITCHES[name]
    if name == "cloud ddns" and major >= 7:
        default = "auto"
    said = export.setting(menu, prop, "")
    return (said, False) if said else (default, True)


def exposed(name: str, value: str) -> bool:
    """Whether that value is open to attacks as it stands."""
    if name in _NO_DANGER_BY_ITSELF:
        return False
    if name in ("mac telnet", "mac winbox", "neighbour discovery"):
        return value in _EVERYWHERE
    on = value in ("yes", "true", "enabled")
    return not on if name in _GOOD_WHEN_ON else on
