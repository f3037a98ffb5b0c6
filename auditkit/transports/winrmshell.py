"""One command in one shell of a host: input sent, output received until a deadline, the shell deleted in every case.

Windows takes a shell down by itself only after its idle time-out, and counts it against a quota until then; so a shell that is open is
known here, and `delete_all` is called when the program is interrupted while threads still wait for their answers.
"""

from __future__ import annotations

import math
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from winrm.exceptions import WinRMOperationTimeoutError, WinRMTransportError, WSManFaultError
from winrm.protocol import Protocol

from auditkit.errors import TransportError
from auditkit.transports import winrmtrouble as trouble
from auditkit.transports.winrmhttp import Clock, Wire
from auditkit.transports.winrmtrouble import Broken, Endless

UTF8 = 65001
ENVELOPE = 512_000  # bytes of an answer that are asked for; a host takes its own MaxEnvelopeSizekb where that is less (MS-WSMV 3.1.4.1.7)
CHUNK = 90_000  # bytes of input in one message: twice in base64 it still fits into the 150 KB of Windows Server 2008 R2
STEP = 20  # seconds that the host may take for anything but output
POLL = 60  # seconds that the host waits for output before it says that there is none yet
GRACE = 15.0  # seconds beyond that for its answer
IDLE = "PT180S"  # after so long without a question of ours the host ends the shell by itself; output is asked for every POLL seconds
CLOSING = 10.0  # seconds for the deletion of the shell, when all other time is used up
WAITS: tuple[float, ...] = (2.0, 4.0, 8.0, 16.0)  # seconds before each further try where a quota is full
BREAKS = 2  # connections that may be lost while output is received


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command wrote, and its exit code."""

    stdout: bytes
    stderr: bytes
    code: int


class _Soap(Protocol):
    """pywinrm's messages over our connection, with answers as large as Windows since 2012 sends them."""

    def __init__(self, wire: Wire) -> None:
        # The login is the wire's alone: what is given here is what pywinrm demands, and is sent nowhere.
        super().__init__("http://host/wsman", "plaintext", username="-", password="", read_timeout_sec=STEP + 1, operation_timeout_sec=STEP)
        self.transport: Any = wire

    def build_wsman_header(
        self, action: str, resource_uri: str, shell_id: str | None = None, message_id: str | uuid.UUID | None = None
    ) -> dict[str, Any]:
        """With MaxEnvelopeSize (DSP0226 6.2)."""
        header = super().build_wsman_header(action, resource_uri, shell_id, message_id)
        header["env:Header"]["w:MaxEnvelopeSize"]["#text"] = str(ENVELOPE)
        return header


_open: dict[str, Wire] = {}
_lock = threading.Lock()


def run(wire: Wire, command: str, stdin: bytes, most: int, tell: Callable[[str], None]) -> Ended:
    """Run a command and wait for its end. most: bytes of output. tell: into the journal.

    Raises TransportError; whatever happens, the shell is deleted, or the journal says that it could not be.
    """
    soap = _Soap(wire)
    started = time.monotonic()
    for wait in (*WAITS, None):
        shell = ""
        try:
            shell = _opened(soap, wire)
            running = soap.run_command(shell, command, console_mode_stdin=False)
            return _ended(soap, wire, shell, running, stdin, most)
        except WSManFaultError as e:
            if not trouble.may_pass(e):
                raise trouble.fault(wire.place.where, e) from None
            if wait is None or wire.clock.left() < wait:
                raise trouble.quota(wire.place.where, e, time.monotonic() - started) from None
        except WinRMTransportError as e:
            raise trouble.fault(wire.place.where, e) from None
        except WinRMOperationTimeoutError:
            raise TransportError("timed_out", f"{wire.place.where}: WinRM did not start the script within {STEP} s") from None
        except (LookupError, StopIteration, ValueError, TypeError, SyntaxError, AttributeError) as e:
            # what pywinrm raises over an answer that is no SOAP message, or lacks what it looks for (xml's ParseError is a SyntaxError)
            raise TransportError("not_understood", f"{wire.place.where}: answers as no WinRM does ({type(e).__name__})") from None
        finally:
            if shell:
                _delete(wire, shell, tell)
        time.sleep(wait)
    raise AssertionError("the last try returns or raises")


def _opened(soap: _Soap, wire: Wire) -> str:
    wire.clock.patience = STEP + GRACE
    shell = soap.open_shell(codepage=UTF8, noprofile=True, idle_timeout=IDLE)
    with _lock:
        _open[shell] = wire
    return shell


def _ended(soap: _Soap, wire: Wire, shell: str, running: str, stdin: bytes, most: int) -> Ended:
    for at in range(0, len(stdin), CHUNK):
        soap.send_command_input(shell, running, stdin[at : at + CHUNK], end=at + CHUNK >= len(stdin))
    out, err = bytearray(), bytearray()
    breaks = BREAKS
    while True:
        left = wire.clock.left()
        if left <= 0:
            raise Endless("timed_out", f"{wire.place.where}: the script did not end in its time; raise host_seconds")
        soap.operation_timeout_sec = max(1, min(POLL, math.ceil(left)))
        wire.clock.patience = soap.operation_timeout_sec + GRACE
        try:
            more, said, code, done = soap.get_command_output_raw(shell, running)
        except WinRMOperationTimeoutError:
            continue
        except Broken:
            breaks -= 1
            if breaks < 0:
                raise
            continue  # what was lost on the way is missed by length and SHA-256 of the answer
        out += more
        err += said[: max(0, (1 << 20) - len(err))]
        if len(out) > most:
            raise TransportError("truncated", f"{wire.place.where}: truncated: more than {most >> 20} MB were answered")
        if done:
            return Ended(bytes(out), bytes(err), code)


def _delete(wire: Wire, shell: str, tell: Callable[[str], None]) -> None:
    """With time of its own: nothing that went wrong before may leave the shell."""
    with _lock:
        if _open.pop(shell, None) is None:
            return  # delete_all has it
    wire.clock.until = max(wire.clock.until, time.monotonic() + CLOSING)
    wire.clock.patience = CLOSING
    try:
        _Soap(wire).close_shell(shell)
    except (TransportError, WSManFaultError, WinRMTransportError, WinRMOperationTimeoutError) as e:
        if not (isinstance(e, WSManFaultError) and e.wsman_fault_code == trouble.NO_SHELL):
            tell(f"winrm shell {shell} could not be deleted ({type(e).__name__}); the host ends it by itself when it has been idle")
    except (LookupError, StopIteration, ValueError, TypeError, SyntaxError, AttributeError, AssertionError) as e:
        tell(f"winrm shell {shell}: its deletion was answered as no WinRM does ({type(e).__name__})")
    finally:
        wire.close_session()


def delete_all(seconds: float = CLOSING) -> None:
    """Delete the shells of all threads that still wait, over connections of their own; returns when done, or after so many seconds."""
    with _lock:
        left = list(_open.items())
        _open.clear()

    def one(shell: str, wire: Wire) -> None:
        own = Wire(replace(wire.place), wire.auth, wire.login, wire.password, Clock(time.monotonic() + seconds, seconds))
        with _lock:
            _open[shell] = own
        _delete(own, shell, lambda _: None)

    threads = [threading.Thread(target=one, args=item, daemon=True) for item in left]
    for thread in threads:
        thread.start()
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
