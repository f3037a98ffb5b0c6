"""LDAP: a domain read through one of its controllers, over TLS alone, every search in pages that are handed on as they come.

Half of a group policy lies in files on SYSVOL of the same controller: they are read over SMB with the same login (`ldapsysvol`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field

from auditkit.probing import PolicyFiles, Probe
from auditkit.transports.base import Brought, Context, Credential, Options, Target


class LdapOptions(Options):
    """Options of `transport: ldap`."""

    port: int = Field(default=0, ge=0, le=65535, description="port; 636 for ldaps and 389 for starttls where not given")
    security: Literal["ldaps", "starttls"] = Field(default="ldaps", description="how TLS begins; nothing is ever sent in clear")
    ca_file: str = Field(default="", description="authority (PEM) of the server's certificate; the system's where not given")
    server_name: str = Field(default="", description="name that the certificate must have, where it is not the address")
    auth: Literal["simple", "ntlm", "kerberos"] = Field(default="simple", description="how to log in, inside TLS")
    user: str = Field(default="", description=r"login: user@domain, DOMAIN\user or a DN; the credential's where not given")
    base: str = Field(default="", description="DN of the domain, where it is not the one that the server names as its own")
    page: int = Field(default=1000, ge=10, le=5000, description="entries a page")
    connect_seconds: float = Field(default=15, gt=0, le=120, description="for the connection and for each step of the login; seconds")
    smb_port: int = Field(default=445, ge=0, le=65535, description="of SYSVOL there, which is only read; 0 = it is not asked")
    host_seconds: float = Field(default=3600, gt=0, le=86400, description="waiting for all answers of the server together; seconds")

    @property
    def usual_port(self) -> int:
        """The port that is asked."""
        return self.port or (636 if self.security == "ldaps" else 389)


class Ldap:
    """See module."""

    name: ClassVar[str] = "ldap"
    options: ClassVar[type[Options]] = LdapOptions

    def collect(self, target: Target, probes: Sequence[Probe[Any]], credential: Credential | None, context: Context) -> Iterator[Brought]:
        """Ask a domain. Raises TransportError, with what was yielded before kept; ConfigError for a damaged file of pins."""
        from auditkit.transports.ldapsession import Session

        options = target.options
        assert isinstance(options, LdapOptions)
        with contextlib.closing(Session(target, options, credential, context)) as session:
            session.open()
            for probe in probes:
                if isinstance(probe.command, PolicyFiles):
                    yield from session.ask_sysvol(probe)
                else:
                    yield from session.ask(probe)
