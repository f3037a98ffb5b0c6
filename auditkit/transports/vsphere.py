"""vCenter and ESXi over the vSphere Web Services API (HTTPS, certificate verified): one login, one property collector a question.

Nothing is changed there: the only calls are Login, CreateContainerView, RetrievePropertiesEx, ContinueRetrievePropertiesEx,
DestroyView (of the view made here) and Logout. A role with "Read-only" on the root object is enough. This module loads no pyVmomi.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from pydantic import Field

from auditkit.errors import TransportError
from auditkit.model import Question, Unknown
from auditkit.probing import Objects, Probe, Reply
from auditkit.transports.base import Brought, Context, Credential, Options, Sent, Target, now


class VsphereOptions(Options):
    """Options of `transport: vsphere`."""

    port: int = Field(default=443, ge=1, le=65535, description="port of the vCenter or ESXi host")
    ca_file: str = Field(default="", description="certificates of the authority that signed the server's; the system's if not given")
    server_name: str = Field(default="", description="name in the server's certificate, where it differs from the address")
    connect_seconds: float = Field(default=20, gt=0, le=120, description="for the connection and the login; seconds")
    host_seconds: float = Field(default=600, gt=0, le=3600, description="for all questions to the target; seconds")


class Vsphere:
    """See module."""

    name: ClassVar[str] = "vsphere"
    options: ClassVar[type[Options]] = VsphereOptions

    def collect(self, target: Target, probes: Sequence[Probe[Any]], credential: Credential | None, context: Context) -> Iterator[Brought]:
        """Ask a vCenter or a host. Raises TransportError; what was yielded before stays."""
        from auditkit.transports.vspheresession import Session

        options = target.options
        assert isinstance(options, VsphereOptions)
        if credential is None or credential.password is None:
            raise TransportError("bad_credential", f"{target.address}: vsphere needs a login with a password")
        asked = [(p, p.command) for p in probes if isinstance(p.command, Objects)]
        with Session(target.id, target.address, options, credential, context.pins) as session:
            for probe, command in asked:
                context.journal(Sent(now(), target.id, target.address, credential.login, str(command)))
                question = Question(target.id, probe.name, "")
                body, code, said = session.rows(command, context.reply_bytes)
                truncated = code is None
                reply = Reply(body, said.encode(), code, now(), credential.login, truncated=truncated, key=context.key)
                cut = Unknown(f"truncated: more than {context.reply_bytes >> 20} MB were answered", cause="truncated")
                yield Brought(question, str(command), reply, cut if truncated else None)
