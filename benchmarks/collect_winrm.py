"""200 Windows hosts over the lab's WS-Management server with latency, ten of them broken, each in its own way::

    python benchmarks/collect_winrm.py [--hosts 200] [--latency 0.05] [--workers 16] [--https]

Server and client are one process here, so seconds are those of both; look at the ratios: how much the threads save against one host
after the other, and how many requests a host costs. The server plays Windows and never was one (tests/lab/winrm.py). Ends with 1
where a host is missing, misnamed, or keeps a shell.
"""

from __future__ import annotations

import argparse
import resource
import socket
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from auditkit.collecting.plan import plan
from auditkit.collecting.run import collect
from auditkit.registry import registry
from auditkit.store import Store, TargetInfo
from auditkit.transports import tls, winrmshell
from auditkit.transports.base import Context, Credential, Masked, now
from tests.lab.adtls import Authority
from tests.lab.winrm import PASSWORD, Windows, running
from tests.lab.winrmfarm import Farm, farm


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--latency", type=float, default=0.05, help="seconds before each answer")
    parser.add_argument("--workers", type=int, default=16)
    parser.add_argument("--https", action="store_true", help="TLS with a pinned certificate instead of sealed http")
    asked = parser.parse_args()
    winrmshell.WAITS = (0.2, 0.4)  # the host whose quota is full would take 30 s of one thread
    park = farm(asked.hosts, asked.latency)
    with tempfile.TemporaryDirectory() as folder:
        took, told, most = _run(park, Path(folder), asked)
    wrong = _wrong(park, told)
    requests = sum(h.requests for h in park.hosts.values())
    sizes = Counter(h.requests for name, h in _named(park) if name not in park.broken)
    print(f"{asked.hosts} hosts, {len(park.broken)} broken, latency {asked.latency * 1000:.0f} ms, {asked.workers} threads")
    print(f"wall {took:.1f} s; {requests} requests, of a whole host {dict(sorted(sizes.items()))} (requests: hosts)")
    print(f"waiting alone, one host after the other: {requests * asked.latency:.1f} s = {requests * asked.latency / took:.1f} x the wall")
    print(f"at once, at most: {most}; shells left open: {sum(len(h.shells) for h in park.hosts.values())}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB (client and server)")
    for name, why in sorted(told.items()):
        if name in park.broken:
            print(f"  {name}: {why[0]}: {why[1][:150]}")
    print("\n".join(wrong) or "every host told, every broken one by its cause, no shell left")
    return 1 if wrong else 0


def _named(park: Farm) -> list[tuple[str, Windows]]:
    return [(f"srv{n}", host) for n, host in enumerate(park.hosts.values())]


def _run(park: Farm, folder: Path, asked: argparse.Namespace) -> tuple[float, dict[str, tuple[str, str]], int]:
    """-> (seconds, target -> (cause or "", why), most requests at once)."""
    certificate = None
    if asked.https:
        certificate = folder / "server"
        Authority(folder / "ca").issue(certificate, "srv.corp.example", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as free:
        closed = free.getsockname()[1]
    store = Store.open(folder / "state.sqlite")
    with running(park.hosts, certificate) as lab:
        targets = park.targets(lab.port, closed, "https" if asked.https else "http")
        if asked.https:
            shown = tls.fingerprint(tls.look(targets[0].address, lab.port, 5))
            for target in targets:
                tls.pin(tls.store_of(folder / "known_hosts"), target.address, lab.port, shown)
        infos = [TargetInfo(t.id, t.platform, t.transport, t.address, "", "") for t in targets]
        snapshot = store.begin(infos, plan(targets, registry()), now(), "benchmark", "benchmark", None)
        context = Context(b"k", folder / "known_hosts", lambda sent: None, lambda ref: Credential(""))
        started = time.monotonic()
        collect(store, snapshot, targets, registry(), context, {"env:A": Credential("audit", Masked(PASSWORD))}, asked.workers)
        took = time.monotonic() - started
    told: dict[str, tuple[str, str]] = {}
    for answer in store.answers(snapshot):
        if answer.state == "found" or answer.question.target not in told:
            told[answer.question.target] = (answer.cause, answer.why) if answer.state != "found" else ("", "")
    return took, told, lab.most_inside


def _wrong(park: Farm, told: dict[str, tuple[str, str]]) -> list[str]:
    found = [f"{name}: not told" for name, _ in _named(park) if name not in told]
    for name, (cause, why) in told.items():
        expected = park.broken.get(name)
        if (expected.cause if expected else "") != cause or (expected and expected.word not in why):
            found.append(f"{name}: told {cause or 'nothing wrong'}: {why}")
    return found + [f"{name}: a shell is left" for name, host in _named(park) if host.shells]


if __name__ == "__main__":
    raise SystemExit(main())
