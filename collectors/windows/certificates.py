"""Certificates of the computer's own stores, and which of them remote desktops and ports of HTTP.sys show. Public parts alone."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from auditkit.model.shared.services import Certificate
from auditkit.model.shared.windows_roles import StoredCertificate
from auditkit.probing import NotHere, NotUnderstood, PowerShell, Reply, probe

from ..linux._x509 import certificates as read_pem  # noqa: TID252  (one reader for every platform; it belongs higher)
from ._section import Row, Section, sure, text


@probe("windows.certificates", PowerShell("certificates"), on=("windows",))
def certificates(reply: Reply) -> Iterator[StoredCertificate | Certificate]:
    """Stores My, WebHosting, Remote Desktop. A store that a version lacks is no failure; who uses them must have been told."""
    section = Section(reply, "certificate", "tls", "Win32_TSGeneralSetting")
    used: dict[str, list[str]] = {}
    for row in section.rows("Win32_TSGeneralSetting", optional=True):
        used.setdefault(text(row, "SSLCertificateSHA1Hash").lower(), []).append("rdp")
    for row in section.rows("tls"):
        used.setdefault(text(row, "hash").lower(), []).append("http")
    rows = section.rows("certificate")
    if not rows and not section.blank:
        raise NotHere("no certificate in the stores of the computer")
    for row in rows:
        yield from _certificate(row, used)


def _certificate(row: Row, used: dict[str, list[str]]) -> Iterator[StoredCertificate | Certificate]:
    store, thumbprint = text(row, "store"), text(row, "thumbprint").lower()
    pem = base64.b64encode(bytes.fromhex(text(row, "raw"))).decode()
    whole = f"-----BEGIN CERTIFICATE-----\n{pem}\n-----END CERTIFICATE-----\n"
    uses = tuple(sorted(set(used.get(thumbprint, ()))))
    read = list(read_pem(whole, f"{store}/{thumbprint}", in_use=True if uses else None))
    if len(read) != 1:
        raise NotUnderstood(f"{store}/{thumbprint} is no certificate")
    yield StoredCertificate(
        store=store, thumbprint=thumbprint, fingerprint_sha256=read[0].fingerprint_sha256, subject=read[0].subject, issuer=read[0].issuer,
        not_after=read[0].not_after, self_signed=read[0].self_signed, private_key=sure(row, "key"), used_by=uses,
    )  # fmt: skip
    yield read[0]
