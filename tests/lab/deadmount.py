"""A mount whose server is dead: `python deadmount.py PID FOLDER [SOURCE]` mounts it in the mount namespace of that process and stays.

Most kernels that labs run on have no NFS; the effect of a hard NFS mount without its server is had with FUSE instead: this
program is the file system, greets the kernel (FUSE_INIT), then reads every request and answers none. Whoever asks for anything of
it (df, stat, find) sleeps uninterruptibly: not even SIGKILL ends it, because its request is already in the server's hands
(linux/fs/fuse/dev.c, request_wait_answer). A hard NFS mount is a shade milder: since Linux 2.6.25 SIGKILL ends its sleepers.
When this program ends the kernel aborts the connection and lets them all go. Source: linux/include/uapi/linux/fuse.h, mount(2).
"""

import ctypes
import os
import struct
import sys

CLONE_NEWNS = 0x00020000
INIT = 26
IN_HEADER = struct.Struct("<IIQQIIII")  # len, opcode, unique, nodeid, uid, gid, pid, padding
OUT_HEADER = struct.Struct("<IiQ")  # len, error, unique
INIT_OUT = struct.Struct("<IIIIHHI40x")  # major, minor, max_readahead, flags, max_background, congestion_threshold, max_write
_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def mount(pid: int, folder: str, source: str) -> int:
    """Mount it there; the file descriptor of its requests. Raises OSError."""
    requests = os.open("/dev/fuse", os.O_RDWR)
    with open(f"/proc/{pid}/ns/mnt") as there:
        _check(_libc.setns(there.fileno(), CLONE_NEWNS), "setns")
    options = f"fd={requests},rootmode=40755,user_id=0,group_id=0,allow_other".encode()
    _check(_libc.mount(source.encode(), folder.encode(), b"fuse.dead", 0, options), f"mount {folder}")
    return requests


def greet(requests: int) -> None:
    """Answer the kernel's FUSE_INIT."""
    data = os.read(requests, 1 << 20)
    _, opcode, unique, *_ = IN_HEADER.unpack_from(data)
    if opcode != INIT:
        raise OSError(f"the kernel began with request {opcode} instead of FUSE_INIT")
    body = INIT_OUT.pack(7, 31, 0, 0, 12, 9, 4096)
    os.write(requests, OUT_HEADER.pack(OUT_HEADER.size + len(body), 0, unique) + body)


def main(pid: int, folder: str, source: str = "nas:/volume1/backup") -> None:
    """Be the dead server."""
    requests = mount(pid, folder, source)
    greet(requests)
    while True:
        os.read(requests, 1 << 20)


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
