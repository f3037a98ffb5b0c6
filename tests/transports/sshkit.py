"""A real sshd as tests ask for it: on loopback, with a user that exists in its own mount namespace alone; this machine stays as it is."""

from __future__ import annotations

import base64
import contextlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from auditkit.model import fact
from auditkit.probing import Probe, Reply, Shell, probe
from auditkit.transports import hostkeys
from auditkit.transports.base import Brought, Context, Credential, Masked, Sent, Target
from auditkit.transports.knownhosts import HostKey
from auditkit.transports.ssh import Ssh, SshOptions
from tests.lab.need import need

USER, PASSWORD, PHRASE = "auditor", "Canary-pw-7Kq", "Canary-phrase-3Zt"
UID = 61234
_CONF = """
ListenAddress 127.0.0.1:{port}
PidFile none
UseDNS no
PrintMotd no
UsePAM {pam}
StrictModes no
AuthorizedKeysFile {home}/authorized_keys
LogLevel DEBUG1
{keys}
{more}
"""


@fact(key=("text",))
class Line:
    """A line of a reply."""

    text: str


def lines(name: str, command: str | Shell, **options: Any) -> Probe[Line]:
    """A probe whose facts are the lines of the reply."""

    @probe(name, command, **options)
    def read(reply: Reply) -> Iterator[Line]:
        for line in reply.lines():
            yield Line(text=line)

    return read


WHO = lines("t.who", "id -un")


def why_no_sshd() -> str | None:
    """What keeps a real sshd from running here, if anything."""
    for tool in ("/usr/sbin/sshd", "ssh-keygen", "unshare", "openssl"):
        if shutil.which(tool) is None:
            return f"{tool} is not installed: a real sshd cannot be asked"
    if os.geteuid() != 0:
        return "only root can run sshd with users of its own"
    tried = subprocess.run(["unshare", "--mount", "true"], capture_output=True, text=True, check=False)
    return f"no mount namespaces here: {tried.stderr.strip()}" if tried.returncode else None


def keygen(place: Path, kind: str = "ed25519", *options: str) -> Path:
    """A new key pair; options as ssh-keygen takes them."""
    if not {"-N"} & set(options):
        options = (*options, "-N", "")
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-f", str(place), *options], check=True, capture_output=True)
    return place


def public(place: Path) -> HostKey:
    """The public half."""
    kind, text, *_ = place.with_name(place.name + ".pub").read_text().split()
    return HostKey(kind, base64.b64decode(text))


@dataclass(slots=True)
class Sshd:
    """A running sshd. folder: its own; keys: its host keys; user_key: the private key that may log in."""

    folder: Path
    port: int
    keys: list[Path]
    user_key: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    @property
    def login_requests(self) -> list[str]:
        """Lines of sshd about login requests it got, `none` included."""
        return [line for line in self.log.splitlines() if "userauth-request" in line]

    def wait_log(self, pattern: str) -> None:
        """Until sshd has logged that (it writes its log behind its answers)."""
        end = time.monotonic() + 10
        while not re.search(pattern, self.log):
            assert time.monotonic() < end, f"sshd never logged {pattern!r}"
            time.sleep(0.02)


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as s:
        return int(s.getsockname()[1])


@contextlib.contextmanager
def sshd(more: str = "", kinds: Sequence[str] = ("ed25519",), keys: Sequence[Path] = (), pam: str = "no",
         shell: str = "/bin/sh", port: int = 0, users_keys: Sequence[Path] = ()) -> Iterator[Sshd]:  # fmt: skip
    """An sshd with user `auditor` (password and key). more: lines of its configuration. pam: a PAM stack instead of none."""
    reason = why_no_sshd()
    need(reason is None, f"a real sshd: {reason}")
    with tempfile.TemporaryDirectory(prefix="auditkit-sshd-") as place:
        folder = Path(place)
        folder.chmod(0o755)  # sshd reads authorized_keys as the user
        with _running(folder, more, kinds, keys, pam, shell, port, users_keys) as server:
            yield server


@contextlib.contextmanager
def _running(folder: Path, more: str, kinds: Sequence[str], keys: Sequence[Path], pam: str, shell: str, port: int,
             users_keys: Sequence[Path]) -> Iterator[Sshd]:  # fmt: skip
    made = list(keys) or [keygen(folder / f"host_{kind}", kind, *(["-b", "2048"] if kind == "rsa" else [])) for kind in kinds]
    user_key = keygen(folder / "user_ed25519")
    known = [user_key, *users_keys]
    (folder / "authorized_keys").write_text("".join(k.with_name(f"{k.name}.pub").read_text() for k in known))
    server = Sshd(folder, port or free_port(), made, user_key)
    host_keys = "\n".join(f"HostKey {k}" for k in made)
    conf, log = folder / "conf", folder / "log"
    conf.write_text(_CONF.format(port=server.port, pam="no" if pam == "no" else "yes", home=folder, keys=host_keys, more=more))
    log.touch()
    Path("/run/sshd").mkdir(exist_ok=True)
    with subprocess.Popen([*_alone(folder, shell, pam), "/usr/sbin/sshd", "-D", "-f", str(conf), "-E", str(log)]) as child:
        server.process = child
        try:
            server.wait_log("Server listening")
            yield server
        finally:
            child.terminate()


def _alone(folder: Path, shell: str, pam: str) -> list[str]:
    """A mount namespace in which /etc has a user more, and a PAM stack of ours."""
    made = subprocess.run(["openssl", "passwd", "-6", "-stdin"], input=PASSWORD, capture_output=True, text=True, check=True)
    (folder / "passwd").write_text(Path("/etc/passwd").read_text() + f"{USER}:x:{UID}:{UID}::{folder}:{shell}\n")
    (folder / "shadow").write_text(Path("/etc/shadow").read_text() + f"{USER}:{made.stdout.strip()}:19000:0:99999:7:::\n")
    (folder / "shadow").chmod(0o600)
    (folder / "pam.d").mkdir(exist_ok=True)
    (folder / "pam.d" / "sshd").write_text("" if pam == "no" else pam)
    binds = " && ".join(f'mount --bind "$1/{name}" /etc/{name}' for name in ("passwd", "shadow", "pam.d"))
    return ["unshare", "--mount", "sh", "-c", f'{binds} && shift && exec "$@"', "sh", str(folder)]


PAM = "auth required pam_unix.so nodelay\naccount required pam_permit.so\nsession required pam_permit.so\n"


@dataclass(slots=True)
class Client:
    """Asks over SSH as a collection would: pins in a file of its own, a journal, credentials by reference."""

    folder: Path
    journal: list[Sent] = field(default_factory=list)
    credentials: dict[str, Credential] = field(default_factory=dict)

    @property
    def pins(self) -> Path:
        return self.folder / "known_hosts"

    def trust(self, server: Sshd, via: Sequence[str] = (), keys: Sequence[Path] = ()) -> None:
        """Pin the keys that the server has on disk."""
        hostkeys.pin(self.pins, "127.0.0.1", server.port, [public(k) for k in keys or server.keys], via=via)

    def context(self) -> Context:
        return Context(b"key", self.pins, self.journal.append, self.credentials.__getitem__)

    def target(self, port: int, address: str = "127.0.0.1", **options: Any) -> Target:
        return Target("srv-1", "linux", "ssh", address, SshOptions(port=port, **options))

    def ask(
        self, port: int, credential: Credential | None, *probes: Probe[Line], address: str = "127.0.0.1", **options: Any
    ) -> list[Brought]:
        """Everything brought. Raises what the transport raises."""
        return list(Ssh().collect(self.target(port, address, **options), probes or [WHO], credential, self.context()))

    def who(self, port: int, credential: Credential | None, **options: Any) -> str:
        """The account that answered."""
        (brought,) = self.ask(port, credential, **options)
        assert brought.reply is not None, brought.trouble
        return brought.reply.text.strip()


def by_password(password: str = PASSWORD, login: str = USER) -> Credential:
    return Credential(login, Masked(password))


def by_key(place: Path, phrase: str | None = None, password: str | None = None) -> Credential:
    return Credential(USER, Masked(password) if password else None, Masked(place.read_text()), Masked(phrase) if phrase else None)


def frames(e: BaseException) -> str:
    """What a printer of tracebacks with locals would show of an error, without the frame of the test that caught it."""
    below = e.__traceback__.tb_next if e.__traceback__ else None
    return "".join(traceback.TracebackException(type(e), e, below, capture_locals=True).format())
