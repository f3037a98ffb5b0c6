"""Client CPU, memory and round trips of a collection over SSH, against `ansible -m setup` and a bare "paramiko, one exec | gzip".

The farm is one sshd that answers on many loopback addresses inside a network namespace (see tests/lab/); this script is started
inside it::

    ip netns exec NAMESPACE python benchmarks/collect_farm.py --hosts 50 --net 127.1 --port 2200 --user labaudit --key KEY [--ansible BIN]

The farm's hosts are one machine, so their replies are mostly the same bytes. What the store saves by that (a blob that is there is
not written again) would flatter, so addresses of blobs are salted per host here: every blob is packed and written for every host. No
other cache of replies or outcomes exists. All rows are of one run; look at ratios, not at milliseconds, and count start-up in: it is
in every row of the table, and the fewer hosts the more it weighs. Peak memory is that of the process tree's largest process.

Ansible is asked twice: as installed (its default configuration but for inventory, host_key_checking, 16 forks and the folder of its
control sockets, all of which cost it nothing), and with pipelining, which is off by default and makes it cheaper.

Below the table, without the start of their process: our transport alone; "bare", which sends our own script and throws away what
comes; and "joined", the same command lines after one another, with no frames, no exit codes and no way to tell whose words are whose.
Round trips are counted by a relay: how often the client spoke and the server then answered, and one for TCP's handshake.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import ctypes
import gzip
import itertools
import os
import resource
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

PR_SET_CHILD_SUBREAPER = 36  # prctl(2)
ROOT = Path(__file__).resolve().parents[1]


def addresses(net: str, n: int) -> list[str]:
    """n addresses of a /16."""
    return [f"{net}.{i // 250}.{i % 250 + 2}" for i in range(n)]


def child(argv: list[str], env: dict[str, str] | None = None) -> tuple[float, float, float, str]:
    """Run; -> (CPU s of it and its children, wall s, peak MB, last line of stdout)."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as out:  # a pipe would stay open as long as ssh's ControlPersist does
        done = subprocess.run(argv, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, **(env or {})}, check=False)
        wall = time.monotonic() - started
        out.seek(0)
        lines = out.read().strip().splitlines()
    _reap()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if not lines:
        raise SystemExit(f"{argv[0]} said nothing (exit code {done.returncode})")
    return cpu, wall, after.ru_maxrss / 1024, lines[-1]


def _reap() -> None:
    """Wait for what left its parent (ssh masters of ControlPersist): their CPU belongs to the method that started them."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.1)
        except ChildProcessError:
            return


def workspace(folder: Path, o: argparse.Namespace) -> None:
    """A client of n targets with their one host key pinned."""
    from auditkit.transports import hostkeys
    from auditkit.workspace.layout import Workspace

    ws = Workspace.init(folder, "bench", "en")
    hosts = addresses(o.net, o.hosts)
    lines = [f"  - {{id: h{n}, address: {a}, port: {o.port}, credential: 'key:{o.user}@{o.key}'}}" for n, a in enumerate(hosts)]
    (folder / "targets.yaml").write_text("version: 1\ndefaults: {platform: linux, transport: ssh}\ntargets:\n" + "\n".join(lines) + "\n")
    keys = hostkeys.scan(hosts[0], o.port)
    known = "".join(f"[{a}]:{o.port} {k.get_name()} {base64.b64encode(k.asbytes()).decode()}\n" for a in hosts for k in keys)
    ws.known_hosts.write_text(known)


def ours(o: argparse.Namespace) -> int:
    """`auditkit collect`, with the addresses of blobs salted per host."""
    from auditkit.cli import main
    from auditkit.store import Store
    from auditkit.store.blobs import Blobs

    salt = [b""]
    address, record = Blobs.address, Store.record

    def salted(self: Blobs, body: bytes, secret: bool) -> str:
        return address(self, body + salt[0], secret)

    def recording(self: Store, snap: int, answers: Any) -> None:
        salt[0] = answers[0].question.target.encode() if answers else b""
        record(self, snap, answers)

    Blobs.address, Store.record = salted, recording  # type: ignore[method-assign]
    sys.argv = ["auditkit", "collect", o.ours, "--json"]
    return int(main() or 0)


def transport(o: argparse.Namespace) -> int:
    """auditkit's transport alone: replies are brought, none is read or kept."""
    from auditkit.registry import registry
    from auditkit.transports import load
    from auditkit.transports.base import Context, Credential, Masked, Target
    from auditkit.transports.ssh import SshOptions
    from auditkit.workspace.layout import Workspace

    probes, carrier = registry().probes_on("linux"), load("ssh")
    credential = Credential(o.user, private_key=Masked(Path(o.key).read_text()))
    context = Context(b"k" * 32, Workspace.open(Path(o.transport)).known_hosts, lambda sent: None, lambda reference: credential)

    def one(where: str) -> int:
        target = Target(where, "linux", "ssh", where, SshOptions(port=o.port))
        return sum(1 for _ in carrier.collect(target, probes, credential, context))

    return _timed(one, o)


def _timed(one: Callable[[str], int], o: argparse.Namespace) -> int:
    """Ask every host; the last line printed is CPU s of this process since now."""
    started = time.process_time()
    with ThreadPoolExecutor(16) as pool:
        print(sum(pool.map(one, addresses(o.net, o.hosts))))
    print(f"{time.process_time() - started:.3f}")
    return 0


def joined() -> bytes:
    """The command lines that are asked without root, one after the other, through one gzip."""
    from auditkit.commands import Shell
    from auditkit.registry import registry

    lines = []
    for p in registry().probes_on("linux"):
        for command in p.commands[:1]:
            if isinstance(command, Shell) and not (command.root or (p.each and p.each.root)):
                one = f"( {command.line}\n) </dev/null\n"
                lines.append(f"echo; {p.each.line} | while IFS= read -r a; do set -- \"$a\"\n{one}done\n" if p.each else f"echo\n{one}")
    return f"LC_ALL=C; export LC_ALL\n{{\n{''.join(lines)}}} 2>&1 | gzip -1\n".encode()


def bare(o: argparse.Namespace) -> int:
    """A floor: one connection, one exec through gzip, nothing read, nothing kept."""
    import paramiko

    from auditkit.registry import registry
    from auditkit.transports.script import Item, script

    items = [Item(n, p) for n, p in enumerate(registry().probes_on("linux"))]
    body = joined() if o.joined else script(items, "0123456789abcdef", False)
    key = paramiko.Ed25519Key.from_private_key_file(o.key)

    def one(address: str) -> int:
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        sock = socket.create_connection((address, o.port), 60)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.connect(address, o.port, o.user, pkey=key, look_for_keys=False, allow_agent=False, sock=sock, timeout=60)
        transport = client.get_transport()
        assert transport is not None
        channel = transport.open_session()
        channel.exec_command("sh -s")
        channel.sendall(body)
        channel.shutdown_write()
        got = b""
        while data := channel.recv(1 << 20):
            got += data
        client.close()
        return len(gzip.decompress(got[got.index(b"\x1f\x8b") :]))

    return _timed(one, o)


def trips(o: argparse.Namespace) -> int:
    """Collect one host through a relay that counts; the last line printed is the number of round trips."""
    from auditkit.registry import registry
    from auditkit.transports import hostkeys, load
    from auditkit.transports.base import Context, Credential, Masked, Target
    from auditkit.transports.ssh import SshOptions

    front = socket.create_server(("127.0.0.1", 0))
    port = front.getsockname()[1]
    turns: list[str] = []
    pins = Path(o.trips) / "relayed_known_hosts"
    hostkeys.pin(pins, "127.0.0.1", port, hostkeys.scan(addresses(o.net, 1)[0], o.port))
    threading.Thread(target=_relay, args=(front, (addresses(o.net, 1)[0], o.port), turns), daemon=True).start()
    credential = Credential(o.user, private_key=Masked(Path(o.key).read_text()))
    context = Context(b"k" * 32, pins, lambda sent: None, lambda reference: credential)
    target = Target("relayed", "linux", "ssh", "127.0.0.1", SshOptions(port=port))
    print(sum(1 for _ in load("ssh").collect(target, registry().probes_on("linux"), credential, context)))
    print(1 + sum(pair == ("client", "server") for pair in itertools.pairwise(turns)))
    return 0


def _relay(front: socket.socket, where: tuple[str, int], turns: list[str]) -> None:
    """One connection; who spoke is noted whenever it is another one than before."""
    near, _ = front.accept()
    far = socket.create_connection(where)
    for one in (near, far):
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while True:
        for one in select.select([near, far], [], [])[0]:
            data = one.recv(1 << 16)
            who, other = ("client", far) if one is near else ("server", near)
            if not data:
                return
            if not turns or turns[-1] != who:
                turns.append(who)
            other.sendall(data)


def ansible(o: argparse.Namespace, folder: Path, pipelining: bool) -> tuple[float, float, float]:
    """`ansible -m setup` of all hosts; -> CPU s, wall s, peak MB."""
    place = folder / f"ansible-{pipelining}"
    place.mkdir()
    var = f"ansible_port={o.port} ansible_user={o.user} ansible_ssh_private_key_file={o.key} ansible_python_interpreter=/usr/bin/python3"
    (place / "inv").write_text("\n".join(f"{h} {var}" for h in addresses(o.net, o.hosts)))
    (place / "ansible.cfg").write_text(
        f"[defaults]\nhost_key_checking=False\nforks=16\n[ssh_connection]\ncontrol_path_dir={place}/cp\n" + "pipelining=True\n" * pipelining
    )
    env = {"ANSIBLE_CONFIG": str(place / "ansible.cfg"), "LC_ALL": "C.UTF-8", "ANSIBLE_LOCAL_TEMP": f"{place}/lt", "PYTHONPATH": ""}
    return child([o.ansible, "all", "-i", str(place / "inv"), "-o", "-m", "setup"], env)[:3]


def main() -> int:
    """Print the table."""
    a = argparse.ArgumentParser()
    a.add_argument("--hosts", type=int, default=50)
    a.add_argument("--net", default="127.1")
    a.add_argument("--port", type=int, default=2200)
    a.add_argument("--user", default="labaudit")
    a.add_argument("--key", required=True)
    a.add_argument("--ansible", help="path of the ansible program")
    for what in ("--bare", "--joined"):
        a.add_argument(what, action="store_true", help=argparse.SUPPRESS)
    for what in ("--ours", "--trips"):
        a.add_argument(what, help=argparse.SUPPRESS)
    a.add_argument("--transport", help=argparse.SUPPRESS)
    o = a.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    sys.path.insert(0, str(ROOT))
    for given, run in ((o.bare or o.joined, bare), (o.ours, ours), (o.transport, transport), (o.trips, trips)):
        if given:
            return run(o)
    own = ["--hosts", str(o.hosts), "--net", o.net, "--port", str(o.port), "--user", o.user, "--key", o.key]
    rows: dict[str, tuple[float, float, float]] = {}
    with tempfile.TemporaryDirectory() as t, contextlib.chdir(t):
        env = {"PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": t}
        os.environ.update(env)
        workspace(Path(t) / "bench", o)
        place = str(Path(t) / "bench")
        cpu, wall, peak, _ = child([sys.executable, __file__, "--ours", place, *own], env)
        rows["auditkit collect"] = (cpu, wall, peak)
        program = [sys.executable, __file__]
        cpu, wall, peak, said = child([*program, "--bare", *own], env)
        rows["paramiko, one exec | gzip"] = (cpu, wall, peak)
        alone = child([*program, "--transport", place, *own], env)[3]
        plain = child([*program, "--joined", *own], env)[3]
        counted = child([*program, "--trips", t, *own], env)[3]
        if o.ansible:
            rows["ansible -m setup, as installed"] = ansible(o, Path(t), pipelining=False)
            rows["ansible -m setup, pipelining"] = ansible(o, Path(t), pipelining=True)
    whole = rows["auditkit collect"][0]
    print(f"{o.hosts} hosts\n{'':31}{'CPU ms/host':>12}{'wall s':>8}{'peak MB':>9}{'it : ours':>11}")
    for name, (cpu, wall, peak) in rows.items():
        print(f"{name:31}{1000 * cpu / o.hosts:12.1f}{wall:8.1f}{peak:9.0f}{cpu / whole:11.2f}")
    carrier, floor, lowest = (1000 * float(seconds) / o.hosts for seconds in (alone, said, plain))
    print(f"transport alone {carrier:.1f} ms a host; bare {floor:.1f}: {carrier / floor:.2f}; joined {lowest:.1f}: {carrier / lowest:.2f}")
    print(f"round trips a host: {counted}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
