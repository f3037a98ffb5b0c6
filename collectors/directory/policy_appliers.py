"""Which accounts a group policy applies to (MS-GPOL 3.2.5.1.6: the right "apply group policy")."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from auditkit.ldif import Entry, entries
from auditkit.model import fact
from auditkit.probing import Reply, Search, probe

from ._descriptor import decode
from ._names import label
from ._rights import CONTROL_ACCESS, EVERYONE, GENERIC_ALL

APPLY = uuid.UUID("edacfd8f-ffb3-11d1-b41d-00a0c968f939")  # MS-ADTS 5.1.3.2.1: Apply-Group-Policy


@fact(key=("guid",))
class PolicyAppliers:
    """Whom a policy applies to. appliers: SIDs that have the right without a condition; denied: SIDs it is taken from.

    None = that may not be read.
    """

    guid: str
    appliers: tuple[str, ...] | None
    denied: tuple[str, ...] | None


@probe(
    "directory.policy_appliers",
    Search("CN=Policies,CN=System,{domain}", "(objectClass=groupPolicyContainer)", ("nTSecurityDescriptor",), "one", security=True),
    on=("directory",),
)
def policy_appliers(reply: Reply) -> Iterator[PolicyAppliers]:
    for e in entries(reply.stdout):
        yield _reach(e)


def _reach(e: Entry) -> PolicyAppliers:
    blob = e.blob("nTSecurityDescriptor")
    if blob is None:
        return PolicyAppliers(guid=label(e.dn).upper(), appliers=None, denied=None)
    d = decode(blob)
    if d.aces is None:  # without a list everybody may do everything
        return PolicyAppliers(guid=label(e.dn).upper(), appliers=(EVERYONE,), denied=())
    about = [a for a in d.aces if a.here and a.what in (None, APPLY) and a.mask & (CONTROL_ACCESS | GENERIC_ALL)]
    return PolicyAppliers(
        guid=label(e.dn).upper(),
        appliers=tuple(sorted({a.sid for a in about if a.allow and not a.conditional})),
        denied=tuple(sorted({a.sid for a in about if not a.allow})),
    )


def reaches_controllers(reach: PolicyAppliers | None) -> bool:
    """Whether it surely applies to every domain controller: nobody is denied, and one of the names that stand for all of them has it."""
    if reach is None or reach.appliers is None or reach.denied:
        return False
    return any(s in (EVERYONE, "S-1-5-9", "S-1-5-11") or (s.startswith("S-1-5-21-") and s.endswith("-516")) for s in reach.appliers)
