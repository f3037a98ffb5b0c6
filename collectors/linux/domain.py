"""The directory a host belongs to, as each program that could know says it: realmd, SSSD, Samba's winbind, FreeIPA."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.services import DomainMembership
from auditkit.probing import NotHere, NotUnderstood, Reply, Shell, probe

from ._readings import NO_FILE, grepped

_CODE = r"grep -HE '^[[:space:]]*[^#;[:space:]]'"


@probe("linux.domain_realmd", Shell("realm list", root_helps=True), missing="no realmd here")
def domain_realmd(reply: Reply) -> Iterator[DomainMembership]:
    """A realm at the margin, its settings indented; only `configured` other than no is a membership."""
    found = []
    for block in re.split(r"^(?=\S)", reply.text, flags=re.M):
        named = dict(re.findall(r"^\s+([\w-]+): (.*)$", block, re.M))
        if block.strip() and named["configured"] != "no":
            provider = named.get("server-software", "")
            found.append(DomainMembership(domain=named["domain-name"].lower(), how="realmd", provider=provider))
    yield from dict.fromkeys(found)  # one realm comes once for each client software


@probe(
    "linux.domain_sssd",
    Shell(f"{_CODE} /etc/sssd/sssd.conf /etc/sssd/conf.d/*.conf", root=True),
    secret=True,
    codes=(0, 1, 2),
    harmless=rf"^grep: .*{NO_FILE}",
    no_file="no SSSD configuration here",
)
def domain_sssd(reply: Reply) -> Iterator[DomainMembership]:
    """[sssd] domains = … names the sections that count; ad_domain, ipa_domain say a domain's own name (sssd.conf(5))."""
    sections = _sections(said for _, said in grepped(reply))
    active = [d.strip() for d in re.split(r"[,\s]+", sections.get("sssd", {}).get("domains", "")) if d.strip()]
    for name in active:
        s = sections.get(f"domain/{name}")
        if s is None:
            raise NotUnderstood(f"the domain {name} has no section")
        own = s.get("ad_domain") or s.get("ipa_domain") or name
        yield DomainMembership(domain=own.lower(), how="sssd", provider=s.get("id_provider", ""))
    if not active:
        raise NotHere("SSSD is configured for no domain")


def _sections(lines: Iterator[str]) -> dict[str, dict[str, str]]:
    """`[section]` and `name = value` lines; names in lower case."""
    sections: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        head = re.match(r"\[([^\]]+)\]", line)
        name, equals, value = line.partition("=")
        if head:
            current = sections.setdefault(head[1].strip().lower(), {})
        elif equals:
            current[name.strip().lower()] = value.strip()
        elif not line.startswith(("include", "includedir")):
            raise NotUnderstood(f"line {number} is neither a section nor a setting")
    return sections


@probe(
    "linux.domain_samba",
    f"{_CODE} /etc/samba/smb.conf",
    codes=(0, 1),
    harmless=NO_FILE,
    no_file="no Samba here",
)
def domain_samba(reply: Reply) -> Iterator[DomainMembership]:
    """smb.conf(5): security = ads makes a member, server role = active directory domain controller a controller."""
    settings = _sections(said for _, said in grepped(reply)).get("global", {})
    role = settings.get("server role", "auto").lower()
    if "active directory" in role or role in ("domain controller", "dc"):
        how = "samba domain controller"
    elif settings.get("security", "").lower() in ("ads", "domain") or role == "member server":
        how = "samba"
    else:
        raise NotHere("Samba stands alone here (neither security = ads nor a domain role)")
    yield DomainMembership(domain=(settings.get("realm") or settings.get("workgroup", "")).lower(), how=how, provider="ad")


@probe(
    "linux.domain_ipa",
    f"{_CODE} /etc/ipa/default.conf",
    codes=(0, 1),
    harmless=NO_FILE,
    no_file="no member of FreeIPA or ALD Pro",
)
def domain_ipa(reply: Reply) -> Iterator[DomainMembership]:
    """[global] domain = … (ipa default.conf(5)); ALD Pro of Astra is FreeIPA within."""
    settings = _sections(said for _, said in grepped(reply))["global"]
    yield DomainMembership(domain=settings["domain"].lower(), how="ipa", provider="ipa")
