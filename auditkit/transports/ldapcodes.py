"""LDAP result codes and the sub-codes of Active Directory as sentences."""

from __future__ import annotations

import re

from auditkit.errors import Cause
from auditkit.text import one_line

SUCCESS, OPERATIONS, SIZE_LIMIT, STRONGER, REFERRAL, ADMIN_LIMIT, SASL_STEP, NO_OBJECT, NO_RIGHT = 0, 1, 4, 8, 10, 11, 14, 32, 50
BAD_CREDENTIALS, UNWILLING, BUSY, UNAVAILABLE = 49, 53, 51, 52
_NAMES = {  # RFC 4511, appendix A.2
    1: "operationsError", 2: "protocolError", 3: "timeLimitExceeded", 4: "sizeLimitExceeded", 7: "authMethodNotSupported",
    8: "strongerAuthRequired", 10: "referral", 11: "adminLimitExceeded", 12: "unavailableCriticalExtension",
    13: "confidentialityRequired", 14: "saslBindInProgress", 16: "noSuchAttribute", 18: "inappropriateMatching",
    21: "invalidAttributeSyntax", 32: "noSuchObject", 34: "invalidDNSyntax", 48: "inappropriateAuthentication",
    49: "invalidCredentials", 50: "insufficientAccessRights", 51: "busy", 52: "unavailable", 53: "unwillingToPerform", 80: "other",
}  # fmt: skip
_MEANS = {
    3: "the time limit was reached: what came is not all",
    4: "the size limit was reached: what came is not all",
    10: "the object lies in another domain or partition; other servers are not followed",
    11: "a limit that the administrator has set was reached: what came is not all",
    51: "the server is busy",
    52: "the server is not ready",
}
# Win32 error (hexadecimal) after "data" in the message of a refused bind (MS-ERREF 2.2; they come with result 49)
_WHY_NOT = {
    "525": "there is no such user",
    "52e": "the login or the password is wrong",
    "530": "the account may not log in at this hour",
    "531": "the account may not log in from this machine",
    "532": "the password has expired: change it, then try again",
    "533": "the account is disabled",
    "568": "the account is in too many groups for a logon",
    "701": "the account has expired",
    "773": "the password must be changed at the next logon: change it, then try again",
    "775": "the account is locked: wait, or have it unlocked, and find out who tried",
}
_DATA = re.compile(r"\bdata ([0-9a-fA-F]{1,8})\b")


def name(code: int) -> str:
    """What RFC 4511 calls a result code.

    >>> name(32), name(4711)
    ('noSuchObject', 'result 4711')
    """
    return _NAMES.get(code, f"result {code}")


def said(code: int, message: str) -> str:
    """A result that is no success in one line: its name, what it means, what the server said."""
    return ": ".join(s for s in (name(code), _MEANS.get(code, ""), one_line(message, 160)) if s)


def refused(code: int, message: str) -> tuple[Cause, str]:
    """(cause, why) of a bind that failed. Only codes about the login are bad_credential."""
    if code == BAD_CREDENTIALS:
        m = _DATA.search(message)
        sub = m[1].lower().lstrip("0") if m else ""
        return "bad_credential", _WHY_NOT.get(sub, f"the login was refused ({one_line(message, 120) or 'no reason given'})")
    if code == STRONGER:
        return "refused", f"the server asks for a stronger bind ({one_line(message, 120)}); use auth: ntlm or kerberos, or security: ldaps"
    if code in (7, 48):
        return "refused", f"the server does not take this way to log in ({name(code)}); try another auth:"
    cause: Cause = "timed_out" if code in (BUSY, UNAVAILABLE) else "refused"
    return cause, said(code, message)
