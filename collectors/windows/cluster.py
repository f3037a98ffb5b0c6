"""The failover cluster this host is a node of, by WMI (root\\MSCluster)."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.model.shared.hyperv import ClusterGroup, ClusterNode, FailoverCluster
from auditkit.probing import NotHere, NotUnderstood, PowerShell, Reply, probe

from ._section import Section, number, text, whole

# CLUSTER_NODE_STATE, CLUSTER_GROUP_STATE; -1 is sent as 4294967295
_NODES = {-1: "unknown", 0: "up", 1: "down", 2: "paused", 3: "joining"}
_GROUPS = {-1: "unknown", 0: "online", 1: "offline", 2: "failed", 3: "partial", 4: "pending"}
_CORE = {1, 2, 3}  # CLUSGROUP_TYPE: core group, available storage, temporary


@probe("windows.cluster", PowerShell("cluster"), on=("windows",))
def cluster(reply: Reply) -> Iterator[FailoverCluster | ClusterNode | ClusterGroup]:
    """Where the service is disabled the feature is there and the host is in no cluster."""
    section = Section(reply, "Win32_Service", "MSCluster_Cluster", "node", "group")
    service = section.one("Win32_Service")
    if service is None and section.blank:
        raise NotHere("no failover clustering here")
    if service is not None and text(service, "StartMode").lower() == "disabled":
        raise NotHere("the host is in no failover cluster")
    named = section.one("MSCluster_Cluster")
    if named is None:
        raise NotUnderstood("the cluster service did not name its cluster")
    yield FailoverCluster(name=text(named, "Name"), quorum=text(named, "QuorumType"))
    for row in section.rows("node"):
        yield ClusterNode(name=text(row, "name"), state=_NODES[_signed(whole(row, "state"))], votes=number(row, "votes"))  # type: ignore[arg-type]
    for row in section.rows("group"):
        yield ClusterGroup(
            name=text(row, "name"), state=_GROUPS[_signed(whole(row, "state"))], owner=text(row, "owner"),  # type: ignore[arg-type]
            core=number(row, "kind") in _CORE,
        )  # fmt: skip


def _signed(value: int) -> int:
    return value - 2**32 if value >= 2**31 else value
