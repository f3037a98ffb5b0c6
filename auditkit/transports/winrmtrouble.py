"""Why WinRM did not answer, in words for the engineer: cause, what was seen, what to do.

Codes: winerror.h and wsmerror.h of the Windows SDK; ids of PowerShell's errors are the same in every language of Windows.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable

from winrm.exceptions import WinRMTransportError, WSManFaultError

from auditkit.errors import TransportError
from auditkit.text import decode, one_line

# ERROR_WSMAN_QUOTA_*: what may become free -> the setting that is full. The later ones are quotas of a plug-in (PPQ).
QUOTAS = {
    2150858815: "(w:QuotaLimit)",
    2150859173: "MaxShellsPerUser",
    2150859174: "MaxConcurrentOperationsPerUser",
    2150859175: "of this account",
    2150859176: "of the service",
    2150859179: "MaxConcurrentUsers",
    2150859236: "MaxShells of the plug-in",
    2150859237: "MaxConcurrentUsers of the plug-in",
    2150859238: "MaxShellsPerUser of the plug-in",
    2150859239: "MaxConcurrentOperations of the plug-in",
    2150859240: "MaxConcurrentOperationsPerUser of the plug-in",
    2150859241: "MaxConcurrentCommandsPerShell of the plug-in",
}
_KEY_DELETED = 2147943418  # ERROR_KEY_DELETED: a profile of the account was just being unloaded; gone at the next try
_NO_REMOTE_SHELLS = 2150859180  # ERROR_WSMAN_REMOTESHELLS_NOT_ALLOWED
_ACCESS_DENIED, _NOT_FOUND = 5, 2147942402
NO_SHELL = 2150858843  # ERROR_WSMAN_INVALID_SELECTORS: the shell is not there
_NS = "{http://schemas.microsoft.com/powershell/2004/04}"
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
# FullyQualifiedErrorId of what ended the script -> what it means, what to do
_SCRIPT = {
    "ScriptContainedMaliciousContent": "the antivirus of the host (AMSI) blocked the script: let it be excluded by its SHA-256 while the "
    "audit lasts (`auditkit probes --script` prints the text), or use a bundle there",
    "ConstrainedLanguage": "PowerShell runs there in ConstrainedLanguage mode (AppLocker, WDAC or __PSLockdownPolicy): let the script "
    "be allowed or signed, or use a bundle there",
}
_CURES = (
    r"the password or the login is wrong (write DOMAIN\user, user@domain or, for a local account, HOST\user); the account may not log in "
    "over the network; or it is a local administrator whose rights UAC takes away over the network: use a domain account or the "
    "built-in Administrator, or set LocalAccountTokenFilterPolicy=1 there"
)


class Broken(TransportError):
    """The connection ended; a new one may go on."""


class Late(TransportError):
    """A request was not answered in its time."""


class Endless(TransportError):
    """The script did not end in its time, although the host answers."""


def denied(where: str, login: str, auth: str, offered: Iterable[str]) -> TransportError:
    """Of a login answered with 401. offered: the server's WWW-Authenticate lines."""
    kinds = sorted({part.strip().split(" ")[0].lower() for line in offered for part in line.split(",") if part.strip()})
    known = [k for k in kinds if k in ("basic", "negotiate", "kerberos", "ntlm", "credssp")]
    wanted = {"basic": {"basic"}, "kerberos": {"kerberos", "negotiate"}}.get(auth, {"negotiate", "ntlm"})
    if known and not wanted & set(known):
        cure = f"auth: {auth} is switched off there, it offers only {', '.join(known)}"
        if auth == "basic":
            cure += r" (Basic is off by default, and knows local accounts alone): use auth: ntlm"
        return TransportError("bad_credential", f"{where}: login {login}: {cure}")
    return TransportError("bad_credential", f"{where}: login {login} was refused (401): {_CURES}")


def kerberos(said: str) -> str:
    """The cure where the words are about Kerberos (MIT's are English in every locale that we run in); "" elsewhere."""
    if re.search(r"8009030e|logon session does not exist|No Kerberos credentials|No credentials cache", said, re.IGNORECASE):
        return "; no ticket for this host (kinit), or a second hop: Windows hands no login on to a third computer: ask that one by itself"
    if re.search(r"integrity check failed|[Pp]reauthentication failed", said):
        return "; the password is wrong"
    if "not found in Kerberos database" in said:
        return "; ask the host by the name that its domain knows it by (address or server_name), and write the login as user@DOMAIN"
    if "lock skew" in said:
        return "; the clocks of this machine and of the domain differ by more than five minutes"
    return ""


def strange(where: str, status: int, server: str) -> TransportError:
    """Of an answer by HTTP that is no WinRM's."""
    told = f" ({one_line(server, 60)})" if server else ""
    if status == 400:
        return TransportError("truncated", f"{where}: a sealed message was refused (400): the connection was changed on its way; try again")
    if status == 500:
        return TransportError("refused", f"{where}: the message was refused without a reason (500): it may demand encryption: use https")
    if status == 503:
        return TransportError("refused", f"{where}: WinRM is starting or overloaded (503){told}: try again, or restart WinRM there")
    return TransportError("not_understood", f"{where}: HTTP {status}{told} is no answer of WinRM: check the port, and proxies before it")


def quota(where: str, e: WSManFaultError, waited: float) -> TransportError:
    """Of a quota that did not become free."""
    name = QUOTAS.get(_code(e) or 0)
    if name is None:
        return fault(where, e)
    cure = "end other sessions of this account there, or raise it (winrm/config/winrs, winrm/config/service)"
    return TransportError("refused", f"{where}: its quota {name} was full for {waited:.0f} s: {_reason(e)}; {cure}")


def may_pass(e: WSManFaultError) -> bool:
    """Whether a fault may go away by itself: a full quota when others end."""
    return _code(e) in QUOTAS or _code(e) == _KEY_DELETED


def fault(where: str, e: WSManFaultError | WinRMTransportError) -> TransportError:
    """Of an answer that is a fault."""
    if isinstance(e, WinRMTransportError):
        return TransportError("not_understood", f"{where}: answers with HTTP {e.code} and no fault of WinRM")
    code = _code(e)
    if code == _ACCESS_DENIED:
        cure = "put it into Administrators there (Remote Management Users sees a part), and see LocalAccountTokenFilterPolicy"
        return TransportError("refused", f"{where}: the login is right, but may not use WinRM (access denied, 5): {cure}")
    if code == _NO_REMOTE_SHELLS:
        return TransportError("refused", f"{where}: remote shells are switched off there (AllowRemoteShellAccess, a policy): use a bundle")
    if code == NO_SHELL:
        return TransportError("truncated", f"{where}: its shell was ended from outside (a restart, an administrator, its time-out)")
    if code == _NOT_FOUND:
        return TransportError("refused", f"{where}: cmd.exe or powershell.exe was not found there (2147942402)")
    return TransportError("refused", f"{where}: WinRM: {_reason(e)}{f' ({code})' if code else ''}{kerberos(_reason(e))}")


def _code(e: WSManFaultError) -> int | None:
    """The code of a fault; a quota is told by the inner one at times."""
    return e.wmierror_code if e.wmierror_code in QUOTAS else e.wsman_fault_code


def _reason(e: WSManFaultError) -> str:
    return one_line(str(e.reason), 200)


def no_answer(where: str, stdout: bytes, stderr: bytes, code: int, why: str) -> TransportError:
    """Of a script that ended without a whole answer. why: what is wrong with the answer."""
    said = clixml(stderr)
    for mark, cure in _SCRIPT.items():
        if mark in said or mark in decode(stderr[:1 << 20]):
            return TransportError("refused", f"{where}: {cure}")
    if b"<<<AUDITKIT1" in stdout:
        return TransportError("truncated", f"{where}: truncated: {why}")
    told = one_line(said or decode(stdout[:1000]), 200) or "it said nothing"
    return TransportError("truncated", f"{where}: truncated: {why}; powershell.exe ended with {code}: {told}")


def clixml(stderr: bytes) -> str:
    r"""Errors in what powershell.exe writes on stderr: plain text, or CLIXML (MS-PSRP 2.2.5) of which only errors count.

    >>> clixml(b'#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'
    ...        b'<S S="progress">x</S><S S="Error">no_x000D__x000A_</S></Objs>')
    'no'
    """
    head, mark, rest = stderr.partition(b"#< CLIXML")
    if not mark:
        return decode(stderr).strip()
    found = [decode(head).strip()]
    for document in re.findall(r"<Objs .*?</Objs>", decode(rest), re.DOTALL):
        try:
            root = ET.fromstring(document)
        except ET.ParseError:
            found.append(one_line(re.sub(r"<[^>]*>", " ", document), 300))
            continue
        found += [_plain(node.text or "") for node in root.iter(f"{_NS}S") if node.get("S") == "Error"]
    return "".join(found).strip()


def _plain(text: str) -> str:
    """_xHHHH_ is one UTF-16 unit (MS-PSRP 2.2.5.3.2)."""
    units = _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
