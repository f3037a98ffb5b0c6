"""The domain itself: what it is, its password policy, the server that was asked."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.ldif import Entry, entries
from auditkit.model import fact
from auditkit.model.shared.directory import Domain, DomainPasswordPolicy
from auditkit.probing import Reply, Search, probe

from ._names import dns_name
from ._values import bit, days, minutes

COMPLEX, REVERSIBLE = 1, 16  # MS-SAMR 2.2.3.14 DOMAIN_PASSWORD_COMPLEX, DOMAIN_PASSWORD_STORE_CLEARTEXT


@fact()
class DirectoryServer:
    """The controller that was asked, in the words of its root DSE (MS-ADTS 3.1.1.3.2), which everybody may read.

    vendor: "" = Windows, which names none. controller_level, domain_level, forest_level: see `Domain`. synchronised: it has heard its
    partners since it started. mechanisms: of SASL.
    """

    host: str | None
    server: str | None
    vendor: str
    domain_level: int | None
    forest_level: int | None
    controller_level: int | None
    synchronised: bool | None
    global_catalog: bool | None
    mechanisms: tuple[str, ...]


@probe(
    "directory.server",
    Search(
        "",
        attributes=(
            "dnsHostName", "serverName", "vendorName", "domainFunctionality", "forestFunctionality", "domainControllerFunctionality",
            "isSynchronized", "isGlobalCatalogReady", "supportedSASLMechanisms",
        ),
        scope="base",
    ),
    on=("directory",),
)  # fmt: skip
def server(reply: Reply) -> Iterator[DirectoryServer]:
    for e in entries(reply.stdout):
        yield DirectoryServer(
            host=e.text("dnsHostName"),
            server=e.text("serverName"),
            vendor=e.text("vendorName") or "",
            domain_level=e.number("domainFunctionality"),
            forest_level=e.number("forestFunctionality"),
            controller_level=e.number("domainControllerFunctionality"),
            synchronised=e.truth("isSynchronized"),
            global_catalog=e.truth("isGlobalCatalogReady"),
            mechanisms=e.texts("supportedSASLMechanisms"),
        )


@probe(
    "directory.domain",
    Search(
        "{domain}",
        attributes=(
            "instanceType", "objectSid", "whenCreated", "msDS-Behavior-Version", "ms-DS-MachineAccountQuota", "minPwdLength",
            "pwdHistoryLength", "pwdProperties", "maxPwdAge", "minPwdAge", "lockoutThreshold", "lockoutDuration",
            "lockOutObservationWindow",
        ),
        scope="base",
    ),
    on=("directory",),
)  # fmt: skip
def domain(reply: Reply) -> Iterator[Domain | DomainPasswordPolicy]:
    for e in entries(reply.stdout):
        yield Domain(
            dn=e.dn,
            dns_name=dns_name(e.dn),
            sid=e.sid(),
            level=e.number("msDS-Behavior-Version"),
            machine_quota=e.number("ms-DS-MachineAccountQuota"),
            created=e.moment("whenCreated"),
        )
        yield _policy(e)


def _policy(e: Entry) -> DomainPasswordPolicy:
    flags = e.number("pwdProperties")
    return DomainPasswordPolicy(
        min_length=e.number("minPwdLength"),
        history=e.number("pwdHistoryLength"),
        complexity=bit(flags, COMPLEX),
        reversible=bit(flags, REVERSIBLE),
        max_age_days=days(e, "maxPwdAge"),
        min_age_days=days(e, "minPwdAge"),
        lockout_threshold=e.number("lockoutThreshold"),
        lockout_minutes=minutes(e, "lockoutDuration"),
        lockout_window_minutes=minutes(e, "lockOutObservationWindow"),
    )
