"""What a directory cannot say by LDAP: rows whose values are None, so that no rule takes the silence for an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditkit.model import fact
from auditkit.model.shared.directory import DomainController, GroupPolicy
from auditkit.probing import derived


@fact(key=("name",))
class LdapProtection:
    """Whether a controller demands signing and channel binding (LDAPServerIntegrity, LdapEnforceChannelBinding in its registry).

    Both stay None: they lie in the controller's registry and in policies on SYSVOL, which are not read by LDAP.
    """

    name: str
    signing: bool | None
    channel_binding: bool | None


@fact(key=("guid",))
class SysvolPolicy:
    """The half of a policy that lies on SYSVOL. version: of its GPT.INI; passwords: it holds a cpassword (MS-GPPREF 2.2.1.1.4).

    All stays None: SYSVOL is read over SMB, which is not done.
    """

    guid: str
    name: str | None
    version: int | None
    passwords: bool | None


@derived("directory.ldap_protection")
def protection(controller: Sequence[DomainController]) -> Iterator[LdapProtection]:
    for c in controller:
        yield LdapProtection(name=c.name, signing=None, channel_binding=None)


@derived("directory.sysvol_policies")
def sysvol_policies(policy: Sequence[GroupPolicy]) -> Iterator[SysvolPolicy]:
    for p in policy:
        yield SysvolPolicy(guid=p.guid, name=p.name, version=None, passwords=None)
