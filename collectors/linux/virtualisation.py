"""Whether this is a virtual machine or a container: systemd-detect-virt(1), else what the processor and the firmware say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.host import Virtualisation
from auditkit.probing import NotUnderstood, Reply, Shell, probe

from ._readings import NO_FILE

_KNOWN = (
    ("vmware", "vmware"), ("qemu", "kvm"), ("kvm", "kvm"), ("openstack", "kvm"), ("proxmox", "kvm"), ("red hat", "kvm"), ("rhev", "kvm"),
    ("nutanix", "kvm"), ("microsoft", "microsoft"), ("innotek", "oracle"), ("virtualbox", "oracle"), ("xen", "xen"), ("bochs", "bochs"),
    ("parallels", "parallels"), ("amazon", "amazon"), ("google", "google"),
)  # fmt: skip


@probe(
    "linux.virtualisation",
    Shell("systemd-detect-virt --vm; systemd-detect-virt --container", root_helps=True),
    codes=(0, 1, 2),  # 1: none; 2: a file of the other way is not there
    harmless=NO_FILE,
)
def virtualisation(reply: Reply) -> Iterator[Virtualisation]:
    """Two words."""
    words = [line.strip() for line in reply.lines()]
    if len(words) != 2 or not all(re.fullmatch(r"[a-z][a-z0-9-]*", w) for w in words):
        raise NotUnderstood(f"not two words: {reply.text[:80]!r}")
    yield Virtualisation(kind=words[0], container=words[1])


@virtualisation.otherwise(
    Shell(
        "grep -Hm1 '^flags' /proc/cpuinfo; grep -H '' /sys/hypervisor/type /sys/class/dmi/id/sys_vendor /sys/class/dmi/id/product_name"
        " /proc/1/cgroup /run/systemd/container; ls -d /proc/1/cgroup /.dockerenv /run/.containerenv /proc/vz /proc/bc",
        root_helps=True,
    )
)
def _(reply: Reply) -> Iterator[Virtualisation]:
    """Without systemd. A processor says `hypervisor` among its flags in every virtual machine (x86 alone: elsewhere only names tell)."""
    yield detect(reply.text)


def detect(text: str) -> Virtualisation:
    """The same from raw files. Raises NotUnderstood where nothing tells whether the machine is virtual.

    >>> detect("/proc/cpuinfo:flags\\t: fpu hypervisor\\n/sys/class/dmi/id/sys_vendor:QEMU\\n/proc/1/cgroup:0::/docker/4f")
    Virtualisation(kind='kvm', container='docker')
    """
    names = re.findall(r"^/sys/[^:\n]{1,60}:(.*)$", text, re.M)
    kind = next((k for word, k in _KNOWN for n in names if word in n.lower()), "")
    flags = re.search(r"^/proc/cpuinfo:flags[^\n]*", text, re.M)
    if not kind and not flags and not names:
        raise NotUnderstood("neither processor nor firmware tells whether this is a virtual machine")
    if not kind:
        kind = "vm-other" if flags and " hypervisor" in flags[0] else "none"
    return Virtualisation(kind=kind, container=_container(text))


def _container(text: str) -> str:
    told = re.search(r"^/run/systemd/container:(\S+)", text, re.M)
    if told:
        return told[1]
    if "\n/.dockerenv" in text or re.search(r"^/proc/1/cgroup:\S*/(docker|kubepods)", text, re.M):
        return "docker"
    if "\n/run/.containerenv" in text:
        return "podman"
    if re.search(r"^/proc/1/cgroup:\S*/(lxc|lxc\.payload)", text, re.M):
        return "lxc"
    return "openvz" if "\n/proc/vz" in text and "\n/proc/bc" not in text else "none"
