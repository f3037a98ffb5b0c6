"""One session with a vCenter or an ESXi host: pyVmomi's objects as plain rows, its faults in words."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import msgspec
from pyVim import connect
from pyVmomi import VmomiSupport, vim, vmodl

from auditkit.errors import TransportError
from auditkit.text import one_line
from auditkit.transports.base import Credential
from auditkit.transports.tls import verified_socket

if TYPE_CHECKING:
    from auditkit.probing import Objects
    from auditkit.transports.vsphere import VsphereOptions

PAGE = 200  # objects in one reply of the property collector
DEEPEST = 12
NARROW = "the account may not read the root object, so it sees a part at most: give it the role Read-only there, with propagation"


class Session:
    """See module. Use it as a context: what was opened there is closed there."""

    def __init__(self, target: str, address: str, options: VsphereOptions, credential: Credential, pins: Path | None) -> None:
        """Raises TransportError: not reached, certificate refused, login refused. The password goes out only after the certificate."""
        self._where = f"{address}:{options.port}"
        self._until = time.monotonic() + options.host_seconds
        trusted = verified_socket(address, options.port, options.ca_file, options.server_name, options.connect_seconds, pins, target)
        assert credential.password is not None
        self._stub: Any = None
        try:
            self._stub = connect.SmartStubAdapter(
                host=address, port=options.port, sslContext=trusted, httpConnectionTimeout=options.connect_seconds
            )
            self._content = vim.ServiceInstance("ServiceInstance", self._stub).RetrieveContent()
            self._content.sessionManager.Login(credential.login, credential.password.reveal())
            self._narrow = self._is_narrow()
        except (vim.fault.InvalidLogin, vim.fault.NoPermission):
            self._drop()
            raise TransportError("bad_credential", f"{self._where}: login {credential.login!r} or its password is wrong") from None
        except Exception as e:  # noqa: BLE001 whatever the library raises is told as a cause, without the frames that hold the password
            self._drop()
            raise self._trouble(e) from None

    def _is_narrow(self) -> bool:
        """Whether the account may not read the root object (System.Read): then views silently leave out what it may not see."""
        collector = vmodl.query.PropertyCollector
        spec = collector.FilterSpec(
            objectSet=[collector.ObjectSpec(obj=self._content.rootFolder, skip=False)],
            propSet=[collector.PropertySpec(type=vim.Folder, pathSet=["effectiveRole"], all=False)],
        )
        found = self._content.propertyCollector.RetrievePropertiesEx([spec], collector.RetrieveOptions())
        return found is None or not found.objects or bool(found.objects[0].missingSet)

    def _drop(self) -> None:
        if self._stub is not None:
            self._stub.DropConnections()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self._content.sessionManager.Logout()
        except (OSError, http.client.HTTPException, vmodl.MethodFault) as e:
            if kind is None:
                raise self._trouble(e) from e
        finally:
            self._drop()

    def rows(self, command: Objects, most: int) -> tuple[bytes, int | None, str]:
        """-> (JSON lines, 0 or 1 or None where more than `most` bytes came, what the server complained of)."""
        lines: list[bytes] = []
        size = 0
        try:
            for row in self._read(command):
                line = msgspec.json.encode(row)
                size += len(line) + 1
                if size > most:
                    return b"\n".join(lines), None, ""
                lines.append(line)
        except vmodl.MethodFault as e:
            return b"\n".join(lines), 1, f"{_name(e)}: {one_line(str(e.msg or ''), 160)}"
        except (OSError, http.client.HTTPException) as e:
            raise self._trouble(e) from e
        if self._narrow:
            return b"\n".join(lines), 5, NARROW
        return b"\n".join(lines), 0, ""

    def _read(self, command: Objects) -> Iterator[dict[str, Any]]:
        if command.kind == "ServiceInstance":
            yield {"_": command.kind, "ref": "ServiceInstance", **{p: plain(getattr(self._content, p)) for p in command.properties}}
            return
        if command.kind == "LicenseManager":
            manager = self._content.licenseManager
            yield {"_": command.kind, "ref": manager._moId, **{p: plain(getattr(manager, p)) for p in command.properties}}
            return
        kind = getattr(vim, command.kind)
        view = self._content.viewManager.CreateContainerView(self._content.rootFolder, [kind], True)
        try:
            for found in self._pages(kind, view, command.properties):
                row = {p.name: plain(p.val) for p in found.propSet}
                missing = {m.path: _name(m.fault) for m in found.missingSet}
                yield {"_": command.kind, "ref": found.obj._moId, **row, **({"missing": missing} if missing else {})}
        finally:
            view.DestroyView()

    def _pages(self, kind: Any, view: Any, properties: tuple[str, ...]) -> Iterator[Any]:
        collector = vmodl.query.PropertyCollector
        inside = collector.TraversalSpec(name="view", path="view", skip=False, type=vim.view.ContainerView)
        spec = collector.FilterSpec(
            objectSet=[collector.ObjectSpec(obj=view, skip=True, selectSet=[inside])],
            propSet=[collector.PropertySpec(type=kind, pathSet=list(properties), all=False)],
        )
        page = self._content.propertyCollector.RetrievePropertiesEx([spec], collector.RetrieveOptions(maxObjects=PAGE))
        while page is not None:
            yield from page.objects
            if time.monotonic() > self._until:
                raise TransportError("timed_out", f"{self._where}: cut off; raise host_seconds")
            page = self._content.propertyCollector.ContinueRetrievePropertiesEx(page.token) if page.token else None

    def _trouble(self, e: Exception) -> TransportError:
        said = one_line(str(e), 160)
        if isinstance(e, ssl.SSLError):
            return TransportError("refused", f"{self._where}: TLS: {said}")
        if isinstance(e, TimeoutError | socket.timeout):
            return TransportError("timed_out", f"{self._where}: no answer (hung, or a firewall drops it)")
        if isinstance(e, vmodl.MethodFault):
            return TransportError("refused", f"{self._where}: {_name(e)}: {one_line(str(e.msg or ''), 160)}")
        if isinstance(e, OSError):
            return TransportError("unreachable", f"{self._where}: {e.strerror or said}")
        return TransportError("not_understood", f"{self._where}: answers as no vCenter or ESXi host does: {type(e).__name__}: {said}")


def _name(fault: Any) -> str:
    return type(fault).__name__.rpartition(".")[2]


def _unset(value: Any) -> bool:
    return value is None or (isinstance(value, list) and not value)


def plain(value: Any, depth: int = 0) -> Any:
    """A value of the API as JSON has it: data objects as {property: value} of what is set, managed objects by their id, times in UTC.

    Raises ValueError for what lies deeper than any real answer.
    """
    if depth > DEEPEST:
        raise ValueError("an answer nested without end")
    if isinstance(value, VmomiSupport.ManagedObject):
        return value._moId
    if isinstance(value, VmomiSupport.DataObject):
        found = {p.name: getattr(value, p.name) for p in value._GetPropertyList() if p.name not in ("dynamicType", "dynamicProperty")}
        kind = type(value).__name__
        return {"_": kind, **{name: plain(v, depth + 1) for name, v in found.items() if not _unset(v)}}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bool | float | int):
        return value + 0 if not isinstance(value, bool) else bool(value)
    if isinstance(value, list | tuple):
        return [plain(v, depth + 1) for v in value]
    return None if value is None else str(value)
