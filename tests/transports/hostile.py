"""Servers that a sweep must survive. `python hostile.py ADDRESS MODE:PORT…`; prints "ready" when all listen.

silent: accepts and says nothing. endless: never stops talking. slow: a byte a second. hangup: closes at once. garbage: random bytes.
reset: closes with a reset. frame: announces 16 MB and sends none. text=…: says that and waits.
"""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import sys
import threading
import time

END = threading.Event()


def endless(s: socket.socket) -> None:
    while True:
        s.sendall(b"A" * 65_536)


def slow(s: socket.socket) -> None:
    while True:
        s.sendall(b"x")
        time.sleep(1)


def garbage(s: socket.socket) -> None:
    s.sendall(random.Random(7).randbytes(5000))
    END.wait(30)


def reset(s: socket.socket) -> None:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def frame(s: socket.socket) -> None:
    s.recv(4096)
    s.sendall(b"\0\xff\xff\xff")
    END.wait(30)


def speak(s: socket.socket, mode: str) -> None:
    with s, contextlib.suppress(OSError):
        if mode.startswith("text="):
            s.sendall(mode.removeprefix("text=").encode("utf-8").decode("unicode_escape").encode("latin-1"))
            END.wait(30)
        elif mode == "silent":
            END.wait(30)
        elif mode != "hangup":
            {"endless": endless, "slow": slow, "garbage": garbage, "reset": reset, "frame": frame}[mode](s)


def serve(listener: socket.socket, mode: str) -> None:
    while True:
        s, _ = listener.accept()
        threading.Thread(target=speak, args=(s, mode), daemon=True).start()


def main() -> None:
    address, *wanted = sys.argv[1:]
    for one in wanted:
        mode, _, port = one.rpartition(":")
        listener = socket.create_server((address, int(port)), family=socket.AF_INET6 if ":" in address else socket.AF_INET, backlog=256)
        threading.Thread(target=serve, args=(listener, mode), daemon=True).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()  # until whoever started us is gone


if __name__ == "__main__":
    main()
