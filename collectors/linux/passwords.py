"""What stands in the place of passwords: passwd(5) and shadow(5) together; of a hash only its scheme and keyed print leave."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

from auditkit.model.shared.access import AccountPassword
from auditkit.probing import NotUnderstood, Reply, Shell, probe

_SCHEMES = {
    "1": "md5", "2": "bcrypt", "2a": "bcrypt", "2b": "bcrypt", "2x": "bcrypt", "2y": "bcrypt", "3": "nt", "5": "sha256", "6": "sha512",
    "7": "scrypt", "y": "yescrypt", "gy": "gost-yescrypt", "md5": "sunmd5", "sha1": "sha1",
}  # fmt: skip
_EPOCH = date(1970, 1, 1)
State = Literal["set", "locked", "empty", "none"]


# getent also reads ALT's /etc/tcb; files alone would miss it.
@probe("linux.passwords", Shell("getent passwd && getent shadow", root=True), secret=True)
def passwords(reply: Reply) -> Iterator[AccountPassword]:
    """Lines of seven fields (passwd) and of nine (shadow); a row for each account of passwd."""
    fields: dict[str, str] = {}
    shadow: dict[str, list[str]] = {}
    for line in reply.lines():
        cells = line.split(":")
        if len(cells) == 7:
            fields.setdefault(cells[0], cells[1])
        elif len(cells) == 9:
            shadow.setdefault(cells[0], cells)
        elif line[0] not in "+-":
            raise NotUnderstood(f"neither passwd nor shadow: a line of {len(cells)} fields")
    if not shadow:
        raise NotUnderstood("not one line of shadow")
    for name, field in fields.items():
        yield _row(name, field, shadow.get(name), reply)


@passwords.otherwise("cat /etc/passwd /etc/shadow")
def _(reply: Reply) -> Iterator[AccountPassword]:
    yield from passwords.read(reply)


def _row(name: str, field: str, shadow: list[str] | None, reply: Reply) -> AccountPassword:
    """A field other than x in passwd counts itself; x without a line in shadow lets nobody in."""
    value = (shadow[1] if shadow else "*") if field == "x" else field
    state, digest = _state(value)
    days = shadow[2:8] if shadow else [""] * 6
    changed = int(days[0]) if days[0] else None
    return AccountPassword(
        name=name,
        state=state,
        scheme=scheme(digest),
        changed_on=_EPOCH + timedelta(days=changed) if changed else None,
        min_days=_number(days[1]),
        max_days=_number(days[2]),
        warn_days=_number(days[3]),
        must_change=changed == 0,
        expires_on=(_EPOCH + timedelta(days=int(days[5]))).isoformat() if days[5] not in ("", "-1") else "",
        password=reply.secret(digest, "password hash") if digest else None,
    )


def _number(text: str) -> int:
    return int(text) if text else -1


def _state(value: str) -> tuple[State, str]:
    """
    >>> _state(""), _state("!"), _state("!$6$salt$digest"), _state("*")
    (('empty', ''), ('none', ''), ('locked', '$6$salt$digest'), ('none', ''))
    """
    digest = value.lstrip("!*")
    if value == "":
        return "empty", ""
    if not digest or digest in ("LK", "NP", "x", "locked"):
        return "none", ""
    return ("locked" if digest != value else "set"), digest


def scheme(digest: str) -> str:
    """The name of a crypt(5) scheme; one that is not known here keeps its own id.

    >>> scheme("$y$j9T$salt$digest"), scheme("$gost12512hash$salt$d"), scheme("ab0123456789."), scheme("")
    ('yescrypt', 'gost12512hash', 'des', '')
    """
    if digest.startswith("$"):
        name = digest.split("$")[1]
        return _SCHEMES.get(name, name.partition(",")[0])
    return "bsdi" if digest.startswith("_") else "des" if len(digest) == 13 else "unknown" if digest else ""
