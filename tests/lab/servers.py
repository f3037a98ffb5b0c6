"""Servers of the bad hosts, alone in a file so that any Python can start it: `python servers.py silent|noise [PORT]`.

silent: takes a TCP connection and never says a word. noise: says bytes that are no SSH greeting (RFC 4253, 4.2), then is silent.
"""

import random
import socket
import sys
import threading

held: list[socket.socket] = []


def greet(peer: socket.socket) -> None:
    """64 KB of noise; whoever goes before its end is let go."""
    try:
        peer.sendall(random.Random(1).randbytes(1 << 16))
    except OSError:
        held.remove(peer)


def serve(what: str, port: int) -> None:
    """Take connections for ever; each stays open."""
    with socket.create_server(("0.0.0.0", port), backlog=100) as listening:
        while True:
            peer, _ = listening.accept()
            held.append(peer)
            if what == "noise":
                threading.Thread(target=greet, args=(peer,), daemon=True).start()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 22)
