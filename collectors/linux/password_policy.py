"""Rules about passwords and lockout: login.defs(5), pwquality.conf(5), faillock.conf(5), passwdqc.conf(5), and PAM's own lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.access import PasswordPolicy
from auditkit.probing import Reply, probe

from ._readings import NO_FILE, grepped, option

_PAM = "common-password common-auth common-account system-auth password-auth system-auth-local base-password base-auth login sshd su"
_FILES = (
    "/etc/login.defs /usr/etc/login.defs /etc/security/pwquality.conf /etc/security/pwquality.conf.d/*.conf /etc/security/faillock.conf"
    " /etc/passwdqc.conf " + " ".join(f"/etc/pam.d/{name}" for name in _PAM.split())
)
_DEFS = re.compile(r"(PASS_|LOGIN_|ENCRYPT_METHOD|SHA_CRYPT|YESCRYPT|FAIL|UMASK|UID_M|SU_WHEEL|SULOG|MD5_CRYPT|NONEXISTENT|HOME_MODE)")
_MODULE = re.compile(r"(-?\w+)\s+(\[[^\]]*\]|\w+)\s+(\S+)\s*(.*)$")
_NAMES = "pwquality cracklib passwdqc unix tcb pwhistory faillock tally tally2 wheel faildelay oath u2f sss winbind ldap krb5"
_ABOUT = re.compile(rf"pam_(?:{_NAMES.replace(' ', '|')})\.so$")


@probe("linux.password_policy", f"grep -HE '^[[:space:]]*[^#[:space:]]' {_FILES}", codes=(0, 1, 2), harmless=NO_FILE)
def password_policy(reply: Reply) -> Iterator[PasswordPolicy]:
    """Every line that is no comment; of PAM the modules that have to do with passwords, of login.defs the rules of that kind."""
    rows: dict[PasswordPolicy, None] = {}
    for file, line in grepped(reply):
        if "/pam.d/" in file:
            found = _MODULE.match(line)
            module = found and _ABOUT.search(found[3])
            if found and module:
                rows[PasswordPolicy(setting=f"{found[1]} {module[0]}", value=f"{found[2]} {found[4]}".strip(), source=file)] = None
            continue
        name, value = option(line)
        if not file.endswith("login.defs") or _DEFS.match(name):
            rows[PasswordPolicy(setting=name, value=value, source=file)] = None
    yield from rows
