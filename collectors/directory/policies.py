"""Fine-grained password policies."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.ldif import Entry, entries
from auditkit.model import fact
from auditkit.model.shared.directory import PasswordSettings
from auditkit.probing import Reply, Search, probe

from ._names import hidden, label
from ._values import days, minutes

CONTAINER = "CN=PASSWORD SETTINGS CONTAINER,"


@fact()
class PasswordSettingsContainer:
    """Where fine-grained policies lie. seen: its attributes may be read, so what is in it is listed."""

    seen: bool


@probe(
    "directory.password_settings",
    Search(
        "CN=Password Settings Container,CN=System,{domain}",
        attributes=(
            "instanceType", "msDS-PasswordSettingsPrecedence", "msDS-MinimumPasswordLength", "msDS-PasswordHistoryLength",
            "msDS-PasswordComplexityEnabled", "msDS-PasswordReversibleEncryptionEnabled", "msDS-MaximumPasswordAge",
            "msDS-MinimumPasswordAge", "msDS-LockoutThreshold", "msDS-LockoutDuration", "msDS-PSOAppliesTo",
        ),
    ),
    on=("directory",),
)  # fmt: skip
def password_settings(reply: Reply) -> Iterator[PasswordSettings | PasswordSettingsContainer]:
    """The container is asked for with what is in it: where its own attributes may not be read (by default only domain
    administrators may), the account may not list it either, and "nothing in it" would prove nothing: a row says so."""
    for e in entries(reply.stdout):
        container = e.dn.upper().startswith(CONTAINER)
        if container:
            yield PasswordSettingsContainer(seen=not hidden(e))
        if hidden(e) or not container:
            yield _settings(e)


def _settings(e: Entry) -> PasswordSettings:
    unseen = hidden(e)
    return PasswordSettings(
        dn=e.dn,
        name=None if unseen else label(e.dn),
        precedence=e.number("msDS-PasswordSettingsPrecedence"),
        min_length=e.number("msDS-MinimumPasswordLength"),
        history=e.number("msDS-PasswordHistoryLength"),
        complexity=e.truth("msDS-PasswordComplexityEnabled"),
        reversible=e.truth("msDS-PasswordReversibleEncryptionEnabled"),
        max_age_days=days(e, "msDS-MaximumPasswordAge"),
        min_age_days=days(e, "msDS-MinimumPasswordAge"),
        lockout_threshold=e.number("msDS-LockoutThreshold"),
        lockout_minutes=minutes(e, "msDS-LockoutDuration"),
        applies_to=None if unseen else tuple(label(d) for d in e.texts("msDS-PSOAppliesTo")),
        targets=None if unseen else e.texts("msDS-PSOAppliesTo"),
    )
