"""What controllers demand of those who speak LDAP with them, as far as group policies say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from auditkit.model import fact
from auditkit.model.shared.directory import ComputerAccount, DomainController, GroupPolicy
from auditkit.probing import derived

from ._names import parent, same
from .gpo import GpoLink, PolicyTarget
from .policy_appliers import PolicyAppliers, reaches_controllers
from .policy_files import PolicySetting

_PARAMETERS = r"machine\system\currentcontrolset\services\ntds\parameters" + "\\"
SIGNING, BINDING = _PARAMETERS + "ldapserverintegrity", _PARAMETERS + "ldapenforcechannelbinding"
REQUIRED = 2  # Microsoft ADV190023: 2 = always, 1 = none (signing), where the client can (binding)


@fact(key=("name",))
class LdapProtection:
    """Whether a controller demands signing and channel binding (LDAPServerIntegrity, LdapEnforceChannelBinding in its registry).

    As the strongest policy says that sets it and surely applies to the controller: it is linked above its account or at its site,
    switched on, without WMI filter, and its right to be applied is not narrowed. Security settings are looked at, not preferences or
    templates that write the same value. None = no policy sets it (it may stand in the registry
    all the same), or whether it applies could not be seen.
    """

    name: str
    signing: bool | None
    channel_binding: bool | None


@dataclass(frozen=True, slots=True)
class _Seen:
    targets: Sequence[PolicyTarget]
    links: Sequence[GpoLink]
    policies: Mapping[str, GroupPolicy]
    reaches: Mapping[str, PolicyAppliers]
    settings: Mapping[tuple[str, str], str]


@derived("directory.ldap_protection")
def protection(
    controller: Sequence[DomainController], account: Sequence[ComputerAccount], target: Sequence[PolicyTarget], link: Sequence[GpoLink],
    policy: Sequence[GroupPolicy], reach: Sequence[PolicyAppliers], setting: Sequence[PolicySetting],
) -> Iterator[LdapProtection]:  # fmt: skip
    seen = _Seen(
        target, link, {p.guid: p for p in policy}, {r.guid: r for r in reach},
        {(s.guid, s.setting): s.said for s in setting if s.section == "registry values"},
    )  # fmt: skip
    for c in controller:
        dn = next((a.dn for a in account if same(a.name, c.name)), None)
        order = None if dn is None else _order(seen, dn, c.site)
        signing, binding = (None if order is None else _demanded(seen, order, name) for name in (SIGNING, BINDING))
        yield LdapProtection(name=c.name, signing=signing, channel_binding=binding)


def _order(seen: _Seen, dn: str, site: str) -> list[GpoLink] | None:
    """Links that are in force for an object, the strongest first (MS-GPOL 3.2.5.1.5); None = what is inherited could not be seen.

    An enforced link beats all that is not, the highest one first; of the others the nearest wins, and a target that inherits nothing
    lets none of those above through.
    """
    levels = _levels(seen, dn, site)
    enforced = [n for level in reversed(levels) for n in _links(seen, level, enforced=True)]
    plain: list[GpoLink] = []
    for level in levels:
        plain += _links(seen, level, enforced=False)
        if level.inherits is None:
            return None
        if not level.inherits:
            break
    return enforced + plain


def _levels(seen: _Seen, dn: str, site: str) -> list[PolicyTarget]:
    """What policies are linked to above an object: the nearest first, the site last."""
    found: list[PolicyTarget] = []
    above = parent(dn)
    while above:
        found += [t for t in seen.targets if same(t.dn, above)]
        above = parent(above)
    return found + [t for t in seen.targets if t.dn.lower().startswith("cn=") and same(t.name, site)]


def _links(seen: _Seen, level: PolicyTarget, enforced: bool) -> list[GpoLink]:
    here = [n for n in seen.links if same(n.target, level.dn) and n.enabled and n.enforced == enforced]
    return sorted(here, key=lambda n: n.place)


def _demanded(seen: _Seen, order: Sequence[GpoLink], name: str) -> bool | None:
    for n in order:
        policy = seen.policies.get(n.guid)
        said = seen.settings.get((n.guid, name))
        if policy is None or policy.computer_on is False or said is None:
            continue  # a policy that is gone, is off or does not say it
        if policy.computer_on is None or policy.wmi_filter != "" or not reaches_controllers(seen.reaches.get(n.guid)):
            return None
        kind, _, value = said.partition(",")
        return int(value) == REQUIRED if kind.strip() == "4" and value.strip().isdecimal() else None
    return None
