"""A standing lab for a person: `python -m tests.lab VERB` (root).

    base [NAME...]                       build bases (all of them)
    up NAME BASE ADDRESS [SETUP.sh]      boot a host that stays; BASE: bullseye bookworm trixie rich
    list | down                          what is up; take all of it away
    on NAME LINE                         a shell line on a host, as root
    in WORDS...                          a program in the lab's network
    reap                                 clear what killed test runs left
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.lab import bases, hosts
from tests.lab.ground import LabError, cache, why_not
from tests.lab.network import Network, clear, reap


def _network() -> Network:
    network = Network(hosts.STANDING)
    if not (network.folder / "owner").exists():
        network.start()
        (network.folder / "owner").write_text("")  # nobody's: reap() leaves it alone
    return network


def _up(name: str, base: str, address: str, setup: str = "") -> int:
    hosts.up(_network(), name, base, address, Path(setup).resolve() if setup else None)
    return 0


def _list() -> int:
    for about in sorted((cache() / "runs" / hosts.STANDING / "hosts").glob("*/about")):
        host = hosts.standing(about.parent.name)
        sys.stdout.write(f"{host.name} {host.address} {host.pid}\n")
    return 0


def _on(name: str, *line: str) -> int:
    return subprocess.run([*hosts.enter(hosts.standing(name), "root"), "/bin/sh", "-c", " ".join(line)], check=False).returncode


def _in(*words: str) -> int:
    with _network().inside():
        os.execvp(words[0], words)


_VERBS: dict[str, Callable[..., int]] = {"up": _up, "list": _list, "on": _on, "in": _in}


def main(verb: str = "", *words: str) -> int:
    """The command line. Raises SystemExit with the reason where the lab cannot be had."""
    if why_not():
        raise SystemExit(why_not())
    try:
        if verb == "base":
            bases.all_made(words or bases.BASES)
        elif verb == "down":
            clear(hosts.STANDING)
        elif verb == "reap":
            reap()
        elif verb in _VERBS:
            return _VERBS[verb](*words)
        else:
            raise SystemExit(__doc__)
    except LabError as e:
        raise SystemExit(f"lab: {e}") from e
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
