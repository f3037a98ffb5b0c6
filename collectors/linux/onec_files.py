"""Bases of 1C clusters (1CV8Clst.lst), bases in files, their publications on the web (default.vrd), the technological log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from auditkit.model.shared.onec import OneCBase, OneCCluster, OneCDump, OneCFileBase, OneCPublication, OneCTechLog
from auditkit.probing import NotUnderstood, Reply, Shell, probe

from ._onec import cluster_list, publication, tech_log
from ._readings import NO_FILE, headed

_LISTS = "/home /var/1C /var/lib/1c /opt/1C /srv/1c"


@probe(
    "linux.onec_bases",
    Shell(f"find {_LISTS} -maxdepth 7 -name 1CV8Clst.lst -exec head -n 20000 -v '{{}}' +", root=True),
    secret=True,  # holds the databases' passwords, reversibly hidden
    codes=(0, 1),
    harmless=rf"^find: .*{NO_FILE}",
    no_file="no 1C cluster list in the usual places",
)
def onec_bases(reply: Reply) -> Iterator[OneCCluster | OneCBase]:
    """Lists of clusters in the home of the server's account; elsewhere where the server was told so (-d) and it is a usual place."""
    for file, text in headed(reply):
        yield from cluster_list(file, text)


@probe(
    "linux.onec_publications",
    Shell(
        "find /var/www /srv /opt/1C /usr/share/nginx /home -maxdepth 5 -name '*.vrd' -exec head -n 2000 -v '{}' +",
        root=True,
    ),
    secret=True,  # ib="…Usr=…;Pwd=…"
    codes=(0, 1),
    harmless=rf"^find: .*{NO_FILE}",
    no_file="no 1C publication in the usual places",
)
def onec_publications(reply: Reply) -> Iterator[OneCPublication]:
    """Publications of Apache and nginx."""
    yield from (publication(file, text) for file, text in headed(reply))


@probe(
    "linux.onec_tech_log",
    Shell(
        "find /opt/1cv8 /opt/1C /home /root /var/1C -maxdepth 7 -name logcfg.xml -exec head -n 5000 -v '{}' +",
        root=True,
    ),
    codes=(0, 1),
    harmless=rf"^find: .*{NO_FILE}",
    no_file="no technological log of 1C is configured in the usual places",
)
def onec_tech_log(reply: Reply) -> Iterator[OneCTechLog]:
    """conf/logcfg.xml beside the platform, or under ~/.1cv8."""
    yield from (tech_log(file, text) for file, text in headed(reply))


# One local file system at a time: a dead server costs at most the one it is mounted in. $1 is as the kernel writes it (a blank: \040).
_DISKS = "ext[234]|xfs|btrfs|zfs|f2fs|jfs|reiserfs|ntfs3?|fuseblk|overlay"
_LAYERS = r"^\/(var\/lib\/(docker|containers|containerd|kubelet)|run|snap|boot|usr|tmp)(\/|$)"
_EACH = f"awk '$3 ~ /^({_DISKS})$/ && $2 !~ /{_LAYERS}/ {{ print $2 }}' /proc/self/mounts"
_PRUNED = " -o ".join(f"-path {p}" for p in ("/proc", "/sys", "/dev", "/run", "/usr", "/boot", "/tmp", "/snap", "/mnt", "/media"))
_FIND = (
    rf"""d=$(printf '%b' "$1") && find "$d" -xdev -maxdepth 8 \( {_PRUNED} \) ! -path "$d" -prune """
    r"""-o \( -iname 1Cv8.1CD -o -iname '*.dt' \) -type f -printf '%s %T@ %p\n'"""
)


@probe("linux.onec_file_bases", Shell(_FIND, root=True, seconds=20), each=Shell(_EACH), codes=(0, 1), harmless=rf"^find: .*{NO_FILE}")
def onec_file_bases(reply: Reply) -> Iterator[OneCFileBase | OneCDump]:
    """`4194304 1763500000.0000000000 /srv/1c/demo/1Cv8.1CD`; *.dt: a base unloaded by the designer."""
    for number, line in enumerate(reply.lines(), 1):
        size, changed, path = (*line.split(" ", 2), "", "")[:3]
        if not size.isdecimal() or not path.startswith("/"):
            raise NotUnderstood(f"line {number} is no file")
        made = OneCFileBase if path.lower().endswith("/1cv8.1cd") else OneCDump
        yield made(path=path, size_bytes=int(size), changed_at=datetime.fromtimestamp(int(float(changed)), UTC))
