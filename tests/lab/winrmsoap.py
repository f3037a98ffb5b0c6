"""Messages of WS-Management as Windows answers them (DSP0226, MS-WSMV): pulled apart, and put together."""

from __future__ import annotations

import base64
import re
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
FAULT = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
WMI_ERROR = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError"


class Fault(Exception):
    """A fault that is answered. wmi: code of the inner error, where there is one."""

    def __init__(self, code: int, reason: str, wmi: int | None = None, kind: str = "w:InternalError") -> None:
        super().__init__(reason)
        self.code, self.reason, self.wmi, self.kind = code, reason, wmi, kind


@dataclass(frozen=True, slots=True)
class Message:
    """What a client asks. action: its last word (Create, Command, Send, Receive, Signal, Delete). seconds: OperationTimeout."""

    action: str
    id: str
    shell: str
    seconds: float
    envelope: int
    options: dict[str, str] = field(default_factory=dict)
    body: ET.Element = field(default_factory=lambda: ET.Element("none"))

    def text(self, name: str) -> str:
        """Text of an element of the shell's namespace in the body."""
        return self.body.findtext(f".//{{{SHELL}}}{name}") or ""

    @property
    def command(self) -> str:
        """The command that it is about."""
        return next((node.get("CommandId", "") for node in self.body.iter() if node.get("CommandId")), "")


def read(body: bytes) -> Message:
    """A request. Raises ET.ParseError, ValueError."""
    root = ET.fromstring(body)
    head, inner = root.find(f"{{{SOAP}}}Header"), root.find(f"{{{SOAP}}}Body")
    if head is None or inner is None:
        raise ValueError("no envelope")
    action = head.findtext(f"{{{ADDRESSING}}}Action") or ""
    time = re.fullmatch(r"PT([\d.]+)S", head.findtext(f"{{{WSMAN}}}OperationTimeout") or "PT60S")
    options = {o.get("Name", ""): o.text or "" for o in head.iter(f"{{{WSMAN}}}Option")}
    shell = next((s.text or "" for s in head.iter(f"{{{WSMAN}}}Selector") if s.get("Name") == "ShellId"), "")
    size = int(head.findtext(f"{{{WSMAN}}}MaxEnvelopeSize") or 153600)
    seconds = float(time[1]) if time else 60.0
    return Message(action.rpartition("/")[2], head.findtext(f"{{{ADDRESSING}}}MessageID") or "", shell, seconds, size, options, inner)


def envelope(inner: str, about: Message | None) -> bytes:
    """An answer to a request."""
    related = about.id if about else ""
    return (
        f'<s:Envelope xml:lang="en-US" xmlns:s="{SOAP}" xmlns:a="{ADDRESSING}" xmlns:w="{WSMAN}" xmlns:rsp="{SHELL}" xmlns:x="{TRANSFER}">'
        f"<s:Header><a:MessageID>uuid:{str(uuid.uuid4()).upper()}</a:MessageID><a:RelatesTo>{escape(related)}</a:RelatesTo></s:Header>"
        f"<s:Body>{inner}</s:Body></s:Envelope>"
    ).encode()


def fault(e: Fault, about: Message | None) -> bytes:
    """A fault as an answer."""
    inner = f"<e:MSFT_WmiError xmlns:e={quoteattr(WMI_ERROR)}><e:error_Code>{e.wmi}</e:error_Code></e:MSFT_WmiError>" if e.wmi else ""
    return envelope(
        f"<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>{e.kind}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en-US">{escape(e.reason)}</s:Text></s:Reason><s:Detail>'
        f'<f:WSManFault xmlns:f="{FAULT}" Code="{e.code}" Machine="host"><f:Message>{escape(e.reason)}</f:Message></f:WSManFault>{inner}'
        "</s:Detail></s:Fault>",
        about,
    )


def created(shell: str, about: Message) -> bytes:
    """The answer to Create."""
    return envelope(
        f"<x:ResourceCreated><a:ReferenceParameters><w:SelectorSet><w:Selector Name=\"ShellId\">{shell}</w:Selector></w:SelectorSet>"
        f"</a:ReferenceParameters></x:ResourceCreated><rsp:Shell><rsp:ShellId>{shell}</rsp:ShellId></rsp:Shell>",
        about,
    )


def received(command: str, pieces: Iterable[tuple[str, bytes]], code: int | None, about: Message) -> bytes:
    """The answer to Receive. code: of the command that has ended; None = it goes on."""
    said = "".join(
        f'<rsp:Stream Name="{name}" CommandId="{command}">{base64.b64encode(data).decode()}</rsp:Stream>' for name, data in pieces
    )
    if code is None:
        state = f'<rsp:CommandState CommandId="{command}" State="{SHELL}/CommandState/Running"/>'
    else:
        said += "".join(f'<rsp:Stream Name="{name}" CommandId="{command}" End="true"/>' for name in ("stdout", "stderr"))
        ended = f"<rsp:ExitCode>{code}</rsp:ExitCode></rsp:CommandState>"
        state = f'<rsp:CommandState CommandId="{command}" State="{SHELL}/CommandState/Done">{ended}'
    return envelope(f"<rsp:ReceiveResponse>{said}{state}</rsp:ReceiveResponse>", about)
