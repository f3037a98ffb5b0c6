"""What several readers of this folder need of mounts: escapes of proc(5) and fstab(5), kinds of file systems. No probe of its own."""

from __future__ import annotations

import re

# File systems of the kernel that hold no files of anybody; ramfs has no size; autofs would be mounted by looking.
KERNEL_FS = (
    "autofs|binfmt_misc|bpf|cgroup|cgroup2|configfs|debugfs|devpts|efivarfs|fuse.gvfsd-fuse|fuse.lxcfs|fuse.portal|fusectl|hugetlbfs"
    "|mqueue|nfsd|nsfs|proc|pstore|ramfs|resctrl|rpc_pipefs|securityfs|selinuxfs|smackfs|sysfs|tracefs"
)
# Always full, the kernel's own, or layers over what is counted elsewhere.
PSEUDO_FS = re.compile(r"devtmpfs|squashfs|iso9660|udf|erofs|cramfs|romfs|overlay|aufs|fuse\.(?:snapfuse|squashfuse|fuse-overlayfs)")
REMOTE_FS = re.compile(
    r"nfs\d?|cifs|smb3|smbfs|ncpfs|afs|auristorfs|coda|9p|virtiofs|ceph|glusterfs|lustre|beegfs|fhgfs|gpfs|ocfs2|gfs2|orangefs|davfs"
    r"|fuse\.(?:sshfs|glusterfs|ceph|ceph-fuse|s3fs|rclone|davfs\d?|curlftpfs|juicefs|moosefs|mfs|cvmfs\d?|smbnetfs|seaweedfs|geesefs)"
)
_ESCAPE = re.compile(r"\\([0-7]{3})")


def unescape(text: str) -> str:
    """Blank, tab, line feed, backslash and # stand as \\ooo in mounts(5) and fstab(5).

    >>> unescape("/mnt/my\\\\040disk")
    '/mnt/my disk'
    """
    return _ESCAPE.sub(lambda m: chr(int(m[1], 8) & 0xFF), text)


def remote(source: str, fs: str) -> bool:
    """Whether the files lie on another host; a cluster file system counts, since losing the others hangs it.

    >>> remote("nas:/export", "nfs4"), remote("/dev/sda1", "ext4"), remote("//nas/share", "cifs")
    (True, False, True)
    """
    return REMOTE_FS.fullmatch(fs) is not None or source.startswith("//")


def pseudo(target: str, fs: str) -> bool:
    """Whether nothing that anybody needs fills up there. Layers under / are the disk of a container; a full tmpfs stops programs too.

    >>> pseudo("/snap/core", "squashfs"), pseudo("/", "overlay"), pseudo("/var", "ext4")
    (True, False, False)
    """
    if fs == "tmpfs":
        return target.startswith(("/dev", "/sys", "/proc"))
    return PSEUDO_FS.fullmatch(fs) is not None and not (target == "/" and fs in ("overlay", "aufs"))
