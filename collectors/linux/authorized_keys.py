"""Public keys that open accounts (sshd(8), AUTHORIZED_KEYS FILE FORMAT), for every account the host knows.

Besides the two files that sshd reads by default all places are read that its configuration names (sshd_config(5),
AuthorizedKeysFile, also within Match): rather one key too many than one too few.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator

from auditkit.model.shared.access import AuthorizedKey
from auditkit.probing import NotUnderstood, Reply, Shell, probe

# %h, %u, %U and %% are replaced by the shell, a name without a slash in front lies in the home folder (TOKENS of sshd_config(5)).
_COMMAND = r"""if command -v getent >/dev/null; then e=$(getent passwd); else e=$(cat /etc/passwd); fi || exit; test -n "$e" || exit 1
IFS='
'; set -f
put() { s=$1; r=; while case $s in *%*) true ;; *) false ;; esac; do r=$r${s%%\%*}; s=${s#*%}
case $s in h*) r=$r$h ;; u*) r=$r$u ;; U*) r=$r$i ;; *) r=$r% ;; esac; s=${s#?}; done; f=$r$s; case $f in /*) ;; *) f=$h/$f ;; esac; }
set +f; c=$(grep -hiE '^[[:space:]]*AuthorizedKeys(File|Command)[[:space:]=]' /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf); set -f
for l in $c; do case $l in *[Cc][Oo][Mm][Mm][Aa][Nn][Dd]*) printf 'config\t%s\n' "$l" ;; esac; done
for l in $e; do u=${l%%:*}; h=${l%:*}; h=${h##*:}; i=${l#*:*:}; i=${i%%:*}
IFS=' 	"=
'; for p in .ssh/authorized_keys .ssh/authorized_keys2 $c; do
case $p in [Aa][Uu][Tt][Hh][Oo][Rr][Ii][Zz][Ee][Dd][Kk][Ee][Yy][Ss]*|none|'') continue ;; esac
put "$p"; k=$(grep -aHE '^[[:space:]]*[^#[:space:]]' "$f") && printf 'account\t%s\n%s\n' "$u" "$k"; done; IFS='
'; done"""
_TYPE = re.compile(
    r"(ssh-(?:rsa|dss|ed25519|ed448)|ecdsa-sha2-nistp\d+|(?:sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)|\S+-cert-v01)@openssh\.com)$"
)


@probe(
    "linux.authorized_keys",
    Shell(_COMMAND, root=True, seconds=60),
    codes=(0, 1, 2),
    harmless=r"^grep: .*: (No such file or directory|Not a directory)$",
)
def authorized_keys(reply: Reply) -> Iterator[AuthorizedKey]:
    """`account<tab>name`, then lines `path:key`: a line of a file always begins with its path, so no file can forge an account."""
    account, commands = "", []
    rows: dict[AuthorizedKey, None] = {}
    for line in reply.lines():
        mark, tab, value = line.partition("\t")
        if tab and mark == "account":
            account = value
        elif tab and mark == "config":
            command = re.match(r"\s*AuthorizedKeysCommand[\s=]+(\S+)", value, re.I)
            commands += [command[1]] if command and command[1].lower() != "none" else []
        else:
            rows[_key(account, line)] = None
    yield from rows
    if commands:
        raise NotUnderstood(f"sshd also asks {commands[0]} for keys, which only that program knows")


def _key(account: str, line: str) -> AuthorizedKey:
    file, colon, said = line.partition(":")
    if not account or not colon or not file.startswith("/"):
        raise NotUnderstood(f"no key of a file: {line[:60]!r}")
    options, rest = _options(said.strip())
    kind, _, rest = rest.partition(" ")
    blob, _, comment = rest.strip().partition(" ")
    raw = _blob(kind, blob)
    return AuthorizedKey(
        account=account,
        type=kind,
        bits=bits(kind, raw) if raw else None,
        fingerprint=fingerprint(raw) if raw else None,
        comment=comment.strip(),
        options=options,
        source=file,
    )


def _blob(kind: str, text: str) -> bytes | None:
    """The key itself, or None where it is damaged: no base64, or it names another type than the line does."""
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
    name = kind.encode()
    return raw if raw[:4] == len(name).to_bytes(4, "big") and raw[4 : 4 + len(name)] == name else None


def fingerprint(raw: bytes) -> str:
    """As `ssh-keygen -l` prints it: SHA-256 in base64 without padding."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(raw).digest()).decode().rstrip("=")


def _options(line: str) -> tuple[str, str]:
    """Options and the key: they end at the first blank outside of quotes, where the line does not begin with a type.

    >>> _options('from="10.0.0.0/8",command="a b" ssh-rsa AAAA c'), _options("ssh-rsa AAAA")
    (('from="10.0.0.0/8",command="a b"', 'ssh-rsa AAAA c'), ('', 'ssh-rsa AAAA'))
    """
    line = line.replace("\t", " ")
    if _TYPE.match(line.partition(" ")[0]):
        return "", line
    quoted = False
    for i, c in enumerate(line):
        if c == '"' and line[i - 1 : i] != "\\":
            quoted = not quoted
        elif c == " " and not quoted:
            rest = line[i:].strip()
            if _TYPE.match(rest.partition(" ")[0]):
                return line[:i], rest
            break
    raise NotUnderstood(f"no public key: {line[:40]!r}")


def bits(kind: str, raw: bytes) -> int | None:
    """Length of an RSA or DSA modulus (RFC 4253, 6.6: strings and mpints with a length of four bytes); None = the type tells."""
    if kind not in ("ssh-rsa", "ssh-dss"):
        return None
    parts: list[bytes] = []
    while raw:
        size = int.from_bytes(raw[:4], "big")
        if len(raw) < 4 + size:
            raise NotUnderstood("a key that breaks off")
        parts.append(raw[4 : 4 + size])
        raw = raw[4 + size :]
    return int.from_bytes(parts[2 if kind == "ssh-rsa" else 1], "big").bit_length()
