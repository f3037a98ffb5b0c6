"""Management controllers over Redfish (DMTF DSP0266): HTTPS with a verified certificate, GET and nothing else.

Login and password go with each request (HTTP Basic): a session would have to be made there by POST, and left behind on a fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from pydantic import Field

from auditkit.errors import TransportError
from auditkit.model import Question, Unknown
from auditkit.probing import Probe, Reply, Resources
from auditkit.transports.base import Brought, Context, Credential, Options, Sent, Target, now
from auditkit.transports.redfishsession import NOT_TOLD, Session


class RedfishOptions(Options):
    """Options of `transport: redfish`."""

    port: int = Field(default=443, ge=1, le=65535, description="port of the management controller")
    ca_file: str = Field(default="", description="certificates of the authority that signed the controller's; the system's if not given")
    server_name: str = Field(default="", description="name in the controller's certificate, where it differs from the address")
    connect_seconds: float = Field(default=20, gt=0, le=120, description="for the connection; seconds")
    host_seconds: float = Field(default=600, gt=0, le=3600, description="for all questions to the target; seconds")


class Redfish:
    """See module."""

    name: ClassVar[str] = "redfish"
    options: ClassVar[type[Options]] = RedfishOptions

    def collect(self, target: Target, probes: Sequence[Probe[Any]], credential: Credential | None, context: Context) -> Iterator[Brought]:
        """Ask a controller. Raises TransportError; what was yielded before stays."""
        options = target.options
        assert isinstance(options, RedfishOptions)
        if credential is None or credential.password is None:
            raise TransportError("bad_credential", f"{target.address}: redfish needs a login with a password")
        with Session(target.id, target.address, options, credential, context.pins) as session:
            for probe in probes:
                yield from _ask(session, target, probe, credential.login, context)


def _ask(session: Session, target: Target, probe: Probe[Any], login: str, context: Context) -> Iterator[Brought]:
    """One question: its ways in turn, until the controller tells one of them."""
    question = Question(target.id, probe.name, "")
    ways = [(n, c) for n, c in enumerate(probe.commands) if isinstance(c, Resources)]
    for way, command in ways:
        context.journal(Sent(now(), target.id, target.address, login, str(command)))
        body, code, said = session.rows(command, context.reply_bytes)
        if code == NOT_TOLD and (way, command) != ways[-1]:
            continue
        truncated = code is None
        reply = Reply(body, said.encode(), code, now(), login, way=way, truncated=truncated, key=context.key)
        trouble = Unknown(f"truncated: more than {context.reply_bytes >> 20} MB were answered", cause="truncated") if truncated else None
        if code == NOT_TOLD and not probe.missing:
            trouble = Unknown(f"this controller does not tell {' or '.join(c.path for _, c in ways)}")
        yield Brought(question, str(command), reply, trouble)
        return
