"""Group policy objects and where they are linked (MS-GPOL)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.ldif import Entry, entries
from auditkit.model import fact
from auditkit.model.shared.directory import GroupPolicy
from auditkit.probing import NotUnderstood, Reply, Search, probe

from ._names import dns_name, hidden, label, rdns

USER_OFF, COMPUTER_OFF = 1, 2  # MS-GPOL 2.2.4 flags of the object
LINK_OFF, LINK_ENFORCED = 1, 2  # MS-GPOL 2.2.2 options of a link
BLOCKS = 1  # MS-GPOL 2.2.3 gPOptions
_LINK = re.compile(r"\[LDAP://(?P<dn>[^\]\[;]+);(?P<options>\d{1,9})\]", re.I)
_GUID = re.compile(r"\{[0-9A-Fa-f-]{36}\}")


@fact(key=("target", "guid", "place"))
class GpoLink:
    """A policy linked to a domain, an organisational unit or a site. target: DN. place: 1 = the strongest of that target.

    policy_domain: the DNS name of the domain that the policy lies in. A link to a policy that is gone stays.
    """

    target: str
    guid: str
    place: int
    policy_domain: str
    enabled: bool
    enforced: bool


@fact(key=("dn",))
class PolicyTarget:
    """What policies can be linked to. inherits: takes policies from above, None where that may not be read."""

    dn: str
    name: str
    inherits: bool | None


@probe(
    "directory.policies",
    Search(
        "CN=Policies,CN=System,{domain}",
        attributes=(
            "instanceType", "displayName", "versionNumber", "flags", "gPCFileSysPath", "gPCWQLFilter", "whenCreated", "whenChanged",
        ),
        scope="one",
    ),
    on=("directory",),
)  # fmt: skip
def policies(reply: Reply) -> Iterator[GroupPolicy]:
    for e in entries(reply.stdout):
        guid = label(e.dn).upper()
        if not _GUID.fullmatch(guid):
            continue  # a container that is no policy
        version, flags = e.number("versionNumber"), None if hidden(e) else e.number("flags") or 0
        yield GroupPolicy(
            guid=guid,
            name=e.text("displayName"),
            user_version=None if version is None else version >> 16 & 0xFFFF,
            computer_version=None if version is None else version & 0xFFFF,
            user_on=None if flags is None else not flags & USER_OFF,
            computer_on=None if flags is None else not flags & COMPUTER_OFF,
            wmi_filter=None if hidden(e) else e.text("gPCWQLFilter") or "",
            path=e.text("gPCFileSysPath"),
            created=e.moment("whenCreated"),
            changed=e.moment("whenChanged"),
        )


def _targets(reply: Reply) -> Iterator[GpoLink | PolicyTarget]:
    for e in entries(reply.stdout):
        yield PolicyTarget(dn=e.dn, name=label(e.dn), inherits=None if hidden(e) else not (e.number("gPOptions") or 0) & BLOCKS)
        yield from links(e)


def links(e: Entry) -> Iterator[GpoLink]:
    """Links of one object; the last one written is the strongest. Raises NotUnderstood for what is no list of links."""
    text = (e.text("gPLink") or "").strip()
    found = list(_LINK.finditer(text))
    if "".join(m[0] for m in found) != text:
        raise NotUnderstood(f"{e.dn}: gPLink {text!r}")
    for n, m in enumerate(found):
        options = int(m["options"])
        yield GpoLink(
            target=e.dn,
            guid=label(m["dn"]).upper(),
            place=len(found) - n,
            policy_domain=dns_name(",".join(rdns(m["dn"]))),
            enabled=not options & LINK_OFF,
            enforced=bool(options & LINK_ENFORCED),
        )


_LINKED = ("instanceType", "gPLink", "gPOptions")
links_in_domain = probe(
    "directory.links_in_domain",
    Search("{domain}", "(|(objectCategory=organizationalUnit)(objectCategory=domainDNS))", _LINKED),
    on=("directory",),
)(_targets)
links_of_sites = probe("directory.links_of_sites", Search("CN=Sites,{configuration}", "(objectClass=site)", _LINKED), on=("directory",))(
    _targets
)
