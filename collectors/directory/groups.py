"""Groups of the domain and their direct members."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.ldif import LdifError, entries
from auditkit.model.shared.directory import DirectoryGroup, DirectoryMembership
from auditkit.probing import Reply, Search, probe


@probe(
    "directory.groups",
    Search("{domain}", "(objectClass=group)", ("sAMAccountName", "objectSid", "groupType", "adminCount", "member")),
    on=("directory",),
)
def groups(reply: Reply) -> Iterator[DirectoryGroup | DirectoryMembership]:
    """groupType, which every group has, is read by the same right as member: without it nothing is said of the members."""
    for e in entries(reply.stdout):
        number, name = e.sid(), e.text("sAMAccountName")
        if number is None or name is None:
            raise LdifError(f"{e.dn}: a group without its name or its SID")
        members = e.texts("member") if "groupType" in e else None
        marked = (e.number("adminCount") or 0) > 0 if "groupType" in e else None
        rid = int(number.rpartition("-")[2])
        counted = None if members is None else len(members)
        yield DirectoryGroup(sid=number, rid=rid, name=name, dn=e.dn, members=counted, admin_count=marked)
        for member in (None,) if members is None else members:
            yield DirectoryMembership(group_dn=e.dn, member_dn=member)
