"""Kerberos as the transports use it, by pyspnego over the system's libraries: who logs in, what is missing, what may go wrong."""

from __future__ import annotations

import importlib.util

PACKAGES = ("gssapi", "krb5")


def principal(login: str, realm: str) -> str:
    r"""A login as Kerberos takes it: realms are told apart by case, and a domain's is its DNS name in capitals (MS-KILE 3.1.5.4).

    >>> principal("a@corp.example", "x"), principal(r"CORP\a", "corp.example"), principal("a", "corp.example"), principal("", "x")
    ('a@CORP.EXAMPLE', 'a@CORP.EXAMPLE', 'a@CORP.EXAMPLE', '')
    """
    name, _, suffix = login.rpartition("\\")[2].partition("@")
    return f"{name}@{(suffix or realm).upper()}" if name else ""


def missing() -> str:
    """What is not installed, in words; "" = nothing."""
    if all(importlib.util.find_spec(name) is not None for name in PACKAGES):
        return ""
    return "auth: kerberos needs the packages gssapi and krb5: pip install 'infra-auditkit[kerberos]', or use auth: ntlm"


def errors() -> tuple[type[Exception], ...]:
    """What the system's Kerberos raises: no ticket, no controller that gives one, clocks that differ. Beside them SpnegoError."""
    from spnego.exceptions import SpnegoError

    if missing():
        return (SpnegoError,)
    from gssapi.raw.misc import GSSError
    from krb5 import Krb5Error

    return (SpnegoError, GSSError, Krb5Error)
