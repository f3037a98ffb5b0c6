"""Facts about Hyper-V and failover clusters beyond what every hypervisor tells (`VirtualMachine`)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from auditkit.model import fact

ReplicaHealth = Literal["none", "normal", "warning", "critical"]
ReplicaState = Literal[
    "disabled", "ready", "waiting for initial", "replicating", "synced", "recovered", "committed", "suspended", "critical",
    "waiting for resync", "resyncing", "resync suspended", "failover", "failback", "failback complete", "other",
]  # fmt: skip


@fact(key=("ref",))
class HypervMachine:
    """What Hyper-V knows of a virtual machine beside `VirtualMachine` (its ref is the same GUID). generation: 1 or 2.

    running: None = on its way, or in a state of no known meaning. disks: paths of its virtual disks. start: what it does when the host
    starts. heartbeat: the guest answers the host; None = it is off, or not told. guest_os: as the guest itself tells it, "" = it does
    not. replication, replica_health: of its own relation (not of one that goes on to a third host); replicated_at: the last replica
    that arrived, None = none ever, or no relation.
    """

    ref: str
    name: str
    running: bool | None
    generation: int
    disks: tuple[str, ...]
    start: Literal["nothing", "if it ran", "always"]
    heartbeat: bool | None
    guest_os: str
    replication: ReplicaState
    replica_health: ReplicaHealth
    replicated_at: datetime | None


@fact(key=("machine", "ref"))
class HypervCheckpoint:
    """A checkpoint of a virtual machine (machine: its ref). kind: user, recovery (made by backups), replica, other."""

    machine: str
    machine_name: str
    ref: str
    name: str
    kind: Literal["user", "recovery", "replica", "other"]
    made_at: datetime


@fact(key=("name",))
class FailoverCluster:
    """The failover cluster this host belongs to. quorum: as Windows names its kind, never translated."""

    name: str
    quorum: str


@fact(key=("name",))
class ClusterNode:
    """A node of the cluster. votes: 0 = it has none; None = this version does not tell."""

    name: str
    state: Literal["up", "down", "paused", "joining", "unknown"]
    votes: int | None


@fact(key=("name",))
class ClusterGroup:
    """A role or a virtual machine of the cluster. core: the cluster's own group, or its spare disks. owner: its node now."""

    name: str
    state: Literal["online", "offline", "failed", "partial", "pending", "unknown"]
    owner: str
    core: bool
