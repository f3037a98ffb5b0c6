"""Searches as ldap3 sends them: the request, its filter, its controls."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from ldap3 import BASE, DEREF_NEVER, LEVEL, SUBTREE
from ldap3.core.exceptions import LDAPInvalidFilterError
from ldap3.operation.search import search_operation
from ldap3.protocol.microsoft import security_descriptor_control
from ldap3.protocol.rfc2696 import paged_search_control

PAGED = "1.2.840.113556.1.4.319"  # RFC 2696
RECYCLED = "1.2.840.113556.1.4.2064"  # MS-ADTS 3.1.1.3.4.1.22: objects deleted and recycled too; ldap3's own shows no recycled ones
OWNER_AND_DACL = 0x1 | 0x4  # MS-ADTS 3.1.1.3.4.1.11
Scope = Literal["base", "one", "subtree"]
_SCOPES = {"base": BASE, "one": LEVEL, "subtree": SUBTREE}
_NAME = r"(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)(?:;[A-Za-z0-9;-]+)?"
_VALUE = r"(?:[^()\\]|\\[0-9A-Fa-f]{2})*"
_ITEM = re.compile(rf"\((?:{_NAME}(?:[><~]?=)|(?:{_NAME})?(?::dn)?:(?:{_NAME}:)?=){_VALUE}\)")


class FilterError(ValueError):
    """A filter of a probe that is none (RFC 4515). Probes are written by hand; an argument never becomes part of one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One search as it is sent."""

    base: str
    filter: str
    attributes: tuple[str, ...]
    scope: Scope = "subtree"
    seconds: int = 0
    security: bool = False
    deleted: bool = False


def search(asked: Asked, page: int = 0, cookie: bytes = b"") -> tuple[Any, list[Any]]:
    """SearchRequest and its controls; page 0 = not paged. Aliases are never followed. Raises FilterError."""
    checked(asked.filter)
    try:
        request = search_operation(
            asked.base, asked.filter, _SCOPES[asked.scope], DEREF_NEVER, list(asked.attributes), 0, asked.seconds, False,
            auto_escape=False, auto_encode=False,
        )  # fmt: skip
    except LDAPInvalidFilterError as e:
        raise FilterError(f"{asked.filter}: {e}") from e
    controls: list[Any] = []
    if page:
        controls.append(paged_search_control(criticality=True, size=page, cookie=cookie))
    if asked.security:
        controls += security_descriptor_control(criticality=True, sdflags=OWNER_AND_DACL)
    if asked.deleted:
        controls.append((RECYCLED, True, None))
    return request, controls


def checked(text: str) -> None:
    r"""Refuse what ldap3 lets pass in the innermost parts of a filter: no name, a lone backslash. Raises FilterError.

    >>> checked(r"(&(cn=a\2a*)(userAccountControl:1.2.840.113556.1.4.803:=2))")
    """
    for m in re.finditer(r"\([^()]*\)", text):
        if not _ITEM.fullmatch(m[0]):
            raise FilterError(f"{text}: {m[0]} is no filter")
