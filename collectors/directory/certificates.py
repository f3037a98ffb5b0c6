"""Certificate authorities of the forest (AD CS) and their templates (MS-CRTD, MS-WCCE)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from cryptography import x509

from auditkit.ldif import Entry, entries
from auditkit.model import fact
from auditkit.probing import Reply, Search, probe

from ._enrolment import rights
from ._names import hidden, label
from ._rights import anybody
from ._values import bit, default

SUPPLIES_SUBJECT, SUPPLIES_SAN = 0x1, 0x10000  # MS-CRTD 2.28 msPKI-Certificate-Name-Flag
APPROVAL, NO_SECURITY_EXTENSION = 0x2, 0x80000  # MS-CRTD 2.26 msPKI-Enrollment-Flag
EXPORTABLE = 0x10  # MS-CRTD 2.27 msPKI-Private-Key-Flag
ANY_PURPOSE, AGENT = "2.5.29.37.0", "1.3.6.1.4.1.311.20.2.1"
LOGON = frozenset({"1.3.6.1.5.5.7.3.2", "1.3.6.1.5.2.3.4", "1.3.6.1.4.1.311.20.2.2", ANY_PURPOSE})  # client, PKINIT, smart card


@fact(key=("name",))
class CertificateAuthority:
    """A CA that computers of the forest enrol with. expires: of the certificate that is valid longest; None = it shows none."""

    name: str
    host: str | None
    expires: datetime | None


@fact(key=("authority", "template"))
class PublishedTemplate:
    """A template that a CA gives certificates of. template None: what this CA publishes may not be read."""

    authority: str
    template: str | None


@fact(key=("name",))
class CertificateTemplate:
    """A template. One that may not be read has None in everything but its name.

    supplies_subject: whoever enrols says whose name stands in the certificate. approval: a manager of the CA must approve.
    signatures: enrolment agents that must sign. usages: OIDs of what it is for, () = everything; logon, any_purpose, agent: it
    can be used to log on, for everything, to enrol for others. enrol, change: SIDs that may enrol, that may change the template (the
    owner among them); enrol_anybody, change_anybody: one of them stands for every ordinary account or computer.
    """

    name: str
    shown_as: str | None
    schema_version: int | None
    supplies_subject: bool | None
    approval: bool | None
    signatures: int | None
    usages: tuple[str, ...] | None
    logon: bool | None
    any_purpose: bool | None
    agent: bool | None
    exportable: bool | None
    security_extension: bool | None
    enrol: tuple[str, ...] | None
    change: tuple[str, ...] | None
    enrol_anybody: bool | None
    change_anybody: bool | None


@probe(
    "directory.certificate_authorities",
    Search(
        "CN=Enrollment Services,CN=Public Key Services,CN=Services,{configuration}",
        attributes=("instanceType", "dNSHostName", "cACertificate", "certificateTemplates"),
        scope="one",
    ),
    missing="the forest has no container of certificate authorities",
    on=("directory",),
)
def certificate_authorities(reply: Reply) -> Iterator[CertificateAuthority | PublishedTemplate]:
    for e in entries(reply.stdout):
        name = label(e.dn)
        ends = [x509.load_der_x509_certificate(c).not_valid_after_utc for c in e.all("cACertificate") if c != b"\x00"]
        yield CertificateAuthority(name=name, host=e.text("dNSHostName"), expires=max(ends, default=None))
        if hidden(e):
            yield PublishedTemplate(authority=name, template=None)
        for template in e.texts("certificateTemplates"):
            yield PublishedTemplate(authority=name, template=template)


@probe(
    "directory.certificate_templates",
    Search(
        "CN=Certificate Templates,CN=Public Key Services,CN=Services,{configuration}",
        attributes=(
            "instanceType", "displayName", "msPKI-Template-Schema-Version", "msPKI-Certificate-Name-Flag", "msPKI-Enrollment-Flag",
            "msPKI-Private-Key-Flag", "msPKI-RA-Signature", "msPKI-Certificate-Application-Policy", "pKIExtendedKeyUsage",
            "nTSecurityDescriptor",
        ),
        scope="one",
        security=True,
    ),
    missing="the forest has no container of certificate templates",
    on=("directory",),
)  # fmt: skip
def certificate_templates(reply: Reply) -> Iterator[CertificateTemplate]:
    for e in entries(reply.stdout):
        yield _template(e)


def _template(e: Entry) -> CertificateTemplate:
    subject, enrolment = default(e, "msPKI-Certificate-Name-Flag", 0), default(e, "msPKI-Enrollment-Flag", 0)
    usages = None if hidden(e) else e.texts("msPKI-Certificate-Application-Policy") or e.texts("pKIExtendedKeyUsage")
    blob = e.blob("nTSecurityDescriptor")
    may = None if blob is None else rights(blob)
    change = None if may is None else tuple(sorted({*may.change, may.owner} - {""}))
    return CertificateTemplate(
        name=label(e.dn),
        shown_as=e.text("displayName"),
        schema_version=default(e, "msPKI-Template-Schema-Version", 1),
        supplies_subject=bit(subject, SUPPLIES_SUBJECT | SUPPLIES_SAN),
        approval=bit(enrolment, APPROVAL),
        signatures=default(e, "msPKI-RA-Signature", 0),
        usages=usages,
        logon=None if usages is None else not usages or bool(LOGON & set(usages)),
        any_purpose=None if usages is None else not usages or ANY_PURPOSE in usages,
        agent=None if usages is None else AGENT in usages,
        exportable=bit(default(e, "msPKI-Private-Key-Flag", 0), EXPORTABLE),
        security_extension=None if enrolment is None else not enrolment & NO_SECURITY_EXTENSION,
        enrol=None if may is None else may.enrol,
        change=change,
        enrol_anybody=None if may is None else anybody(may.enrol),
        change_anybody=None if change is None else anybody(change),
    )
