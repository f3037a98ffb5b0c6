"""Windows over WinRM (MS-WSMV): one script a host on standard input, one framed answer, one shell that is deleted in every case.

Over https the certificate is verified or pinned before anything secret is sent. Over http only NTLM and Kerberos are spoken, and every
message is sealed by them (MS-WSMV 2.2.9.1); Basic is refused there. This module loads no pywinrm.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from auditkit.probing import PowerShell, Probe
from auditkit.transports.base import Brought, Context, Credential, Options, Target


class WinrmOptions(Options):
    """Options of `transport: winrm`."""

    scheme: Literal["https", "http"] = Field(default="https", description="http: every message is sealed by ntlm or kerberos")
    port: int = Field(default=0, ge=0, le=65535, description="port; 5986 for https and 5985 for http where not given")
    auth: Literal["ntlm", "kerberos", "basic"] = Field(default="ntlm", description="how to log in; basic inside TLS alone")
    ca_file: str = Field(default="", description="authority (PEM) of the host's certificate; the system's where not given")
    server_name: str = Field(default="", description="name that the certificate must have, where it is not the address")
    connect_seconds: float = Field(default=15, gt=0, le=120, description="for the connection and for each step of the login; seconds")
    host_seconds: float = Field(default=600, gt=0, le=3600, description="for the whole script on the host; seconds")

    @field_validator("auth")
    @classmethod
    def _sealed(cls, auth: str, said: ValidationInfo) -> str:
        if auth == "basic" and said.data.get("scheme") == "http":
            raise ValueError("basic over http would send the password in clear: use scheme: https, or auth: ntlm")
        return auth

    @property
    def usual_port(self) -> int:
        """The port that is asked."""
        return self.port or (5986 if self.scheme == "https" else 5985)


class Winrm:
    """See module."""

    name: ClassVar[str] = "winrm"
    options: ClassVar[type[Options]] = WinrmOptions

    def collect(self, target: Target, probes: Sequence[Probe[Any]], credential: Credential | None, context: Context) -> Iterator[Brought]:
        """Ask a host. Raises TransportError; ConfigError for a damaged file of pins. An answer that is not whole brings nothing."""
        from auditkit.transports.winrmsession import ask

        asked = [p for p in probes if isinstance(p.command, PowerShell)]
        if asked:
            yield from ask(target, asked, credential, context)
