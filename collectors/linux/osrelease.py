"""Which Linux this is: os-release(5), and files of distributions that know more (point release, build) or are older than it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping

from auditkit.model.shared.host import OsRelease
from auditkit.probing import NotUnderstood, Reply, probe

from ._readings import NO_FILE, headed

# Debian, Astra (build: wiki.astralinux.ru), ALT, RED OS and the RHEL family, old SUSE, Alpine
_OWN = "/etc/debian_version /etc/astra/build_version /etc/altlinux-release /etc/redhat-release /etc/SuSE-release /etc/alpine-release"
_POINT = {"debian": "/etc/debian_version", "astra": "/etc/astra/build_version", "alpine": "/etc/alpine-release"}
# Words of /etc/redhat-release on systems without os-release: "CentOS release 6.10 (Final)"
_RED_HAT = {"centos": "centos", "red": "rhel", "scientific": "scientific", "oracle": "ol", "rosa": "rosa", "fedora": "fedora"}


@probe(
    "linux.os_release",
    f"head -v -n 100 -- /etc/os-release /usr/lib/os-release {_OWN}",
    codes=(0, 1),
    harmless=NO_FILE,
)
def os_release(reply: Reply) -> Iterator[OsRelease]:
    """/etc/os-release goes before /usr/lib/os-release. Without both: /etc/redhat-release, /etc/SuSE-release."""
    files = dict(headed(reply))
    text = files.get("/etc/os-release", "").strip() or files.get("/usr/lib/os-release", "").strip()
    yield _modern(assignments(text), files) if text else _old(files)


def assignments(text: str) -> dict[str, str]:
    """The words of os-release(5): shell assignments, quoted or not.

    >>> assignments('# c\\nID=debian\\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\\n')
    {'ID': 'debian', 'PRETTY_NAME': 'Debian GNU/Linux 12 (bookworm)'}
    """
    found: dict[str, str] = {}
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            name, equals, value = line.strip().partition("=")
            if not equals or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
                raise NotUnderstood(f"os-release: no assignment: {line[:80]!r}")
            found[name] = " ".join(shlex.split(value))
    return found


def _modern(said: Mapping[str, str], files: Mapping[str, str]) -> OsRelease:
    kind = said.get("ID", "linux").lower()
    version = said.get("VERSION_ID", "").removesuffix("_x86-64").removesuffix("_arm64")  # so Astra writes it
    if kind == "alpine":  # it names the point release; its branch is what is supported
        version = ".".join(version.split(".")[:2])
    return OsRelease(
        os_family="linux",
        distro=kind,
        based_on=tuple(said.get("ID_LIKE", "").lower().split()),
        name=said.get("NAME", ""),
        version=version,
        full_version=_full(kind, version, said, files),
        codename=said.get("VERSION_CODENAME", said.get("UBUNTU_CODENAME", "")).removesuffix("_x86-64"),
        variant=said.get("VARIANT", said.get("EDITION", "")),
        pretty=said.get("PRETTY_NAME", said.get("NAME", "")),
    )


def _full(kind: str, version: str, said: Mapping[str, str], files: Mapping[str, str]) -> str:
    """Debian writes `12.5` or `trixie/sid`; the RHEL family and RED OS tell the update in their release file or in VERSION."""
    own = files.get(_POINT.get(kind, ""), "").strip()
    if re.match(r"\d", own):
        return own.split()[0]
    told = " ".join((said.get("VERSION", ""), files.get("/etc/redhat-release", ""), files.get("/etc/altlinux-release", "")))
    longer = [w for w in re.findall(r"(?<![\w.])\d+(?:\.\d+){0,4}(?![\w.])", told) if w.startswith(f"{version}.")]
    return max(longer, key=len, default=version)


def _old(files: Mapping[str, str]) -> OsRelease:
    line = (files.get("/etc/redhat-release", "").strip() or files.get("/etc/SuSE-release", "").strip()).split("\n")[0]
    version = re.search(r"\d+(?:\.\d+){0,3}", line)
    word = line.split(" ")[0].lower()
    kind = _RED_HAT.get(word, "sles" if "/etc/SuSE-release" in files and word == "suse" else "")
    if not version or not kind:
        raise NotUnderstood(f"no os-release, and no other file names a system known here: {line[:80]!r}")
    code = re.search(r"\(([^)]+)\)", line)
    return OsRelease(
        os_family="linux", distro=kind, based_on=(), name=line[: version.start()].removesuffix(" release ").strip(), version=version[0],
        full_version=version[0], codename=code[1] if code else "", variant="", pretty=line,
    )  # fmt: skip
