"""Automatic updates: unattended-upgrades of apt, dnf-automatic, yum-cron. Enabled is derived: package, setting and timer together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditkit.model import fact
from auditkit.model.shared.software import AutomaticUpdates, Package, Service
from auditkit.probing import NotUnderstood, Reply, derived, probe

from ._readings import NO_FILE, grepped

_NO = ("", "0", "no", "false", "off", "never", "disable")


@fact(key=("tool", "setting"))
class UpdateSetting:
    """A setting of a tool that updates by itself, as it works (apt-config) or is written (dnf-automatic, yum-cron)."""

    tool: str
    setting: str
    value: str


_PERIODIC = ["Enable", "Update-Package-Lists", "Download-Upgradeable-Packages", "Unattended-Upgrade"]


@probe(
    "linux.apt_periodic",
    "apt-config shell " + " ".join(f"{n.replace('-', '_')} APT::Periodic::{n}" for n in _PERIODIC),
    missing="no apt here",
)
def apt_periodic(reply: Reply) -> Iterator[UpdateSetting]:
    """`Unattended_Upgrade='1'`, a line for each that is set (apt-config(8))."""
    for line in reply.lines():
        name, equals, value = line.partition("=")
        if not equals or name.replace("_", "-") not in _PERIODIC:
            raise NotUnderstood(f"no setting: {line[:80]!r}")
        yield UpdateSetting(tool="apt", setting=name.replace("_", "-"), value=value.strip("'"))


@probe(
    "linux.dnf_automatic",
    "grep -HE '^[[:space:]]*(apply_updates|download_updates|upgrade_type|update_cmd)' /etc/dnf/automatic.conf /etc/yum/yum-cron.conf",
    codes=(0, 1, 2),
    harmless=NO_FILE,
    no_file="neither dnf-automatic nor yum-cron here",
)
def dnf_automatic(reply: Reply) -> Iterator[UpdateSetting]:
    """`apply_updates = yes`"""
    for file, line in grepped(reply):
        name, _, value = (s.strip() for s in line.partition("="))
        yield UpdateSetting(tool="dnf-automatic" if "dnf" in file else "yum-cron", setting=name, value=value)


@derived("host.automatic_updates")
def automatic_updates(
    packages: Sequence[Package], settings: Sequence[UpdateSetting], services: Sequence[Service]
) -> Iterator[AutomaticUpdates]:
    """A row for each tool that is installed."""
    names = {p.name for p in packages}
    told = {(s.tool, s.setting): s.value.lower() for s in settings}
    active = {s.name for s in services if s.state == "active"}
    if "unattended-upgrades" in names:
        on = told.get(("apt", "Unattended-Upgrade"), "0") not in _NO and told.get(("apt", "Enable"), "1") not in _NO
        yield AutomaticUpdates(tool="unattended-upgrades", enabled=on and "apt-daily-upgrade.timer" in active)
    if names & {"dnf-automatic", "dnf5-plugin-automatic"}:
        timers = active & {"dnf-automatic.timer", "dnf5-automatic.timer", "dnf-automatic-install.timer"}
        on = told.get(("dnf-automatic", "apply_updates"), "no") not in _NO or "dnf-automatic-install.timer" in timers
        yield AutomaticUpdates(tool="dnf-automatic", enabled=on and bool(timers))
    if "yum-cron" in names:
        on = told.get(("yum-cron", "apply_updates"), "no") not in _NO
        yield AutomaticUpdates(tool="yum-cron", enabled=on and "yum-cron.service" in active)
