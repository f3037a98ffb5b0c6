"""Who may read the directory without being a member of it: the group Pre-Windows 2000 Compatible Access."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.ldif import entries
from auditkit.model import fact
from auditkit.probing import Reply, Search, probe

from ._names import hidden, label, parent

EVERYONE, ANONYMOUS, AUTHENTICATED = "S-1-1-0", "S-1-5-7", "S-1-5-11"  # MS-DTYP 2.4.2.4
# A well-known SID is a member either as a foreign principal, called like the SID, or as the forest's own object of it (MS-ADTS 6.1.1.2.6).
WELL_KNOWN = {"everyone": EVERYONE, "anonymous logon": ANONYMOUS, "authenticated users": AUTHENTICATED}
WELL_KNOWN_CONTAINER = "CN=WELLKNOWN SECURITY PRINCIPALS,CN=CONFIGURATION,"


@fact()
class PreWindows2000Access:
    """Members of S-1-5-32-554, which may read all of every account. members: SIDs of well-known ones, names of others."""

    members: tuple[str, ...] | None
    everyone: bool | None
    anonymous: bool | None
    authenticated: bool | None


@probe(
    "directory.pre_windows_2000",
    Search("{domain}", "(objectSid=S-1-5-32-554)", ("instanceType", "member")),
    on=("directory",),
)
def pre_windows_2000(reply: Reply) -> Iterator[PreWindows2000Access]:
    for e in entries(reply.stdout):
        members = None if hidden(e) else tuple(sorted(_who(d) for d in e.texts("member")))
        has = {s: None if members is None else s in members for s in (EVERYONE, ANONYMOUS, AUTHENTICATED)}
        yield PreWindows2000Access(members=members, everyone=has[EVERYONE], anonymous=has[ANONYMOUS], authenticated=has[AUTHENTICATED])


def _who(dn: str) -> str:
    name = label(dn)
    return WELL_KNOWN.get(name.lower(), name) if parent(dn).upper().startswith(WELL_KNOWN_CONTAINER) else name
