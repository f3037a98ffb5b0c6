"""`transport: winrm` against the lab's WS-Management server, which follows MS-WSMV and never was a Windows."""

from __future__ import annotations

import signal
import ssl
import subprocess
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from auditkit.errors import TransportError
from auditkit.model import Found
from auditkit.transports import tls, winrmasking, winrmshell
from auditkit.transports.powershell import assemble, sections_of
from auditkit.transports.winrm import WinrmOptions
from tests.lab.winrm import PASSWORD, Drop, Fault, Output, Said, Windows, running
from tests.transports.winrmkit import PROBES, Asker, outcomes

WAYS = [("https", "ntlm"), ("https", "basic"), ("http", "ntlm")]


@pytest.fixture
def asker(tmp_path: Path) -> Asker:
    return Asker(tmp_path)


@pytest.mark.parametrize(("scheme", "auth"), WAYS)
def test_a_host_is_asked_by_one_script_and_its_shell_is_gone(asker: Asker, scheme: str, auth: str) -> None:
    host = Windows()
    with running(host, asker.certificate() if scheme == "https" else None) as lab:
        brought = asker.ask(lab, auth=auth)
    assert [b.question.probe for b in brought] == [p.name for p in PROBES]
    system = outcomes(brought)["windows.os"]
    assert isinstance(system, Found)
    assert "Windows Server 2019" in str(system.facts)
    assert host.shells == {}
    assert len(host.scripts) == 1
    assert lab.faults == []


@pytest.mark.parametrize(("scheme", "auth"), WAYS)
def test_a_user_and_a_password_with_cyrillic_letters(asker: Asker, scheme: str, auth: str) -> None:
    host = Windows()
    asker.login = "Администратор"
    with running(host, asker.certificate() if scheme == "https" else None) as lab:
        asker.ask(lab, auth=auth)
    assert host.logins == ["Администратор"]


@pytest.mark.parametrize("codepage", [437, 866, 1251, 65001])
@pytest.mark.parametrize("stubborn", [True, False])
def test_cyrillic_survives_every_code_page(asker: Asker, codepage: int, stubborn: bool) -> None:
    """Everything that is written goes through the console's code page; the greeting there does not survive 437, the answer does."""
    host = Windows(codepage=codepage, stubborn=stubborn, greeting="Настройка завершена\r\n")
    with running(host) as lab:
        services = outcomes(asker.ask(lab))["windows.services"]
    assert isinstance(services, Found)
    assert "Диспетчер печати" in str(services.facts)


def rows_of(size: int) -> Said:
    """A section whose answer is of that many bytes and is not packed smaller than it by half: hexadecimal digits without a pattern."""
    import random

    made = random.Random(7)
    line = b'{"_": "Win32_Service", "Name": "%s"}\n'
    return Said(b"".join(line % made.randbytes(500).hex().encode() for _ in range(size // 1000)))


@pytest.mark.parametrize(("scheme", "auth"), WAYS)
@pytest.mark.parametrize(("kilobytes", "requests"), [(1, 9), (100, 9), (200, 10), (1000, 18)])
def test_requests_for_one_host(asker: Asker, scheme: str, auth: str, kilobytes: int, requests: int) -> None:
    """At most 9 for an answer up to 100 KB packed, one more for each further 100 KB."""
    host = Windows(said={"services": rows_of(kilobytes * 1970)})
    packed: list[int] = []

    def weigh(answer: bytes) -> bytes:
        packed.append(len(answer.split(b"\n")[2]) * 3 // 4)
        return answer

    host.spoil = weigh
    with running(host, asker.certificate() if scheme == "https" else None) as lab:
        asker.ask(lab, auth=auth)
    assert packed[0] == pytest.approx(kilobytes * 1000, rel=0.2, abs=4000)
    assert host.requests <= requests
    assert host.requests <= 9 + max(0, -(-packed[0] // 102_400) - 1)


def test_an_old_host_sends_less_at_once(asker: Asker) -> None:
    host = Windows(said={"services": rows_of(800_000)}, envelope=150 << 10, most_shells=5, most_operations=15)
    with running(host) as lab:
        brought = asker.ask(lab)
    (reply,) = [b.reply for b in brought if b.question.probe == "windows.services"]
    assert reply is not None
    assert reply.stdout == host.said["services"].rows
    # 800 KB of hexadecimal digits are 400 KB packed: one request more for each further 100 KB, even with small envelopes
    assert host.requests <= 9 + 4


# --- what is never sent


def test_basic_over_http_is_refused_in_the_file_and_at_the_door(asker: Asker) -> None:
    with pytest.raises(ValidationError, match="password in clear"):
        WinrmOptions(scheme="http", auth="basic")
    host = Windows()
    with running(host) as lab:
        target = WinrmOptions.model_construct(**{**WinrmOptions(scheme="http", port=lab.port).model_dump(), "auth": "basic"})
        from auditkit.transports.base import Context, Credential, Masked, Target
        from auditkit.transports.winrm import Winrm

        asked = Winrm().collect(
            Target("srv1", "windows", "winrm", "127.0.0.1", target), PROBES, Credential("audit", Masked(PASSWORD)),
            Context(b"k", asker.known_hosts, asker.said.append, lambda ref: Credential("")),
        )  # fmt: skip
        with pytest.raises(TransportError, match="basic over http"):
            next(asked)
    assert host.requests == 0


@pytest.mark.parametrize("auth", ["ntlm", "basic"])
@pytest.mark.parametrize(
    ("name", "days", "trusted", "why"),
    [
        ("srv1.corp.example", (-1, 30), False, "authority of its certificate is not known"),
        ("srv1.corp.example", (-30, -1), True, "expired"),
        ("other.corp.example", (-1, 30), True, "another name"),
    ],
)
def test_a_refused_certificate_gets_no_byte_of_the_login(
    asker: Asker, auth: str, name: str, days: tuple[int, int], trusted: bool, why: str
) -> None:
    host = Windows()
    other = Asker(asker.folder / "other")
    other.certificate()
    with running(host, asker.certificate(name, days=days)) as lab:
        e = asker.refused(lab, auth=auth, server_name="srv1.corp.example", ca_file=str((asker if trusted else other).authority.file))
    assert e.cause == "refused"
    assert why in str(e)
    assert "no login was tried" in str(e)
    assert (host.requests, host.logins, host.refused) == (0, [], [])


def test_a_pinned_certificate_is_enough_and_another_one_is_not(asker: Asker) -> None:
    host = Windows()
    with running(host, asker.certificate(days=(-30, -1))) as lab:
        shown = tls.fingerprint(tls.look("127.0.0.1", lab.port, 5))
        store = tls.store_of(asker.known_hosts)
        tls.pin(store, "127.0.0.1", lab.port, shown)
        assert asker.ask(lab, ca_file="")
        asked = host.requests
        tls.pin(store, "127.0.0.1", lab.port, "SHA256:" + "A" * 43, replace=True)
        e = asker.refused(lab, ca_file="")
    assert e.cause == "host_key_changed"
    assert host.requests == asked


def test_the_login_is_bound_to_the_certificate(asker: Asker) -> None:
    host = Windows(bound=True)
    with running(host, asker.certificate()) as lab:
        assert asker.ask(lab)


@pytest.mark.parametrize(("scheme", "auth"), WAYS)
def test_a_wrong_password_is_named_with_its_causes_and_stands_nowhere(asker: Asker, scheme: str, auth: str) -> None:
    host = Windows()
    asker.password = "-".join(("canary", "77"))  # so that this file's own lines in a traceback do not hold it
    with running(host, asker.certificate() if scheme == "https" else None) as lab:
        e = asker.refused(lab, auth=auth)
    assert e.cause == "bad_credential"
    for word in ("401", "LocalAccountTokenFilterPolicy=1", r"DOMAIN\user"):
        assert word in str(e)
    told = "".join(traceback.format_exception(e)) + repr(asker.said)
    assert asker.password not in told
    assert len(host.refused) == 1  # one try
    assert host.shells == {}


@pytest.mark.parametrize(
    ("auth", "has", "why"), [("basic", {"basic": False}, "Basic is off"), ("ntlm", {"negotiate": False}, "only basic")]
)
def test_a_way_to_log_in_that_is_switched_off(asker: Asker, auth: str, has: dict[str, Any], why: str) -> None:
    with running(Windows(**has), asker.certificate()) as lab:
        e = asker.refused(lab, auth=auth)
    assert e.cause == "bad_credential"
    assert why in str(e)


def test_kerberos_without_its_library_says_what_to_install(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with running(Windows()) as lab:
        e = asker.refused(lab, auth="kerberos")
    assert "infra-auditkit[kerberos]" in str(e)


# --- answers that are not whole


def test_an_answer_cut_at_any_byte_is_truncated(asker: Asker) -> None:
    """Every byte of the frame is tried by `test_powershellanswer.py`; here the way from the wire to the error, at some of them."""
    host = Windows()
    with running(host) as lab:
        whole = len(asker.ask(lab)[0].reply.stdout)  # type: ignore[union-attr]
        assert whole
        for cut in (0, 1, 20, 80, 500, -2, -10, -100):
            host.spoil = lambda answer, cut=cut: answer[:cut]  # type: ignore[misc]
            e = asker.refused(lab)
            assert (e.cause, "truncated" in str(e)) == ("truncated", True)
    assert host.shells == {}


def test_an_answer_with_a_changed_byte_is_truncated(asker: Asker) -> None:
    host = Windows(spoil=lambda answer: answer[:2000] + b"A" + answer[2001:])
    with running(host) as lab:
        assert asker.refused(lab).cause == "truncated"


CLIXML = (
    '#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'
    '<Obj S="progress"><I64 N="x">1</I64></Obj>'
    '<S S="Error">{}_x000D__x000A_</S><S S="Error">    + FullyQualifiedErrorId : {}_x000D__x000A_</S></Objs>'
)
BLOCKED = CLIXML.format("Этот скрипт содержит вредоносное содержимое", "ScriptContainedMaliciousContent")
NARROW = CLIXML.format("Вызов метода невозможен", "MethodInvocationNotSupportedInConstrainedLanguage")


@pytest.mark.parametrize(
    ("output", "cause", "why"),
    [
        (Output(stderr=BLOCKED, code=1), "refused", "antivirus"),
        (Output(stderr=NARROW, code=1), "refused", "ConstrainedLanguage mode"),
        (Output(stderr=CLIXML.format("Не хватает памяти", "OutOfMemory"), code=1), "truncated", "Не хватает памяти"),
        (Output(stderr='"powershell.exe" не является внутренней командой\r\n', code=1), "truncated", "не является внутренней командой"),
        (Output(stdout="Добро пожаловать"), "truncated", "Добро пожаловать"),
        (Output(), "truncated", "it said nothing"),
    ],
)
def test_a_script_that_was_kept_from_answering_says_why(asker: Asker, output: Output, cause: str, why: str) -> None:
    host = Windows(output=output)
    with running(host) as lab:
        e = asker.refused(lab)
    assert (e.cause, why in str(e)) == (cause, True)
    assert host.shells == {}


def test_more_than_the_cap_is_not_taken(asker: Asker) -> None:
    host = Windows(output=Output(stdout=b"x" * 3_000_000))
    with running(host) as lab:
        e = asker.refused(lab, host_bytes=1 << 20)
    assert (e.cause, "more than 1 MB" in str(e)) == ("truncated", True)
    assert host.shells == {}


# --- faults, quotas, time


def raising(*at: tuple[str, int], with_: Callable[[], Exception]) -> Callable[[str, int], None]:
    def trouble(action: str, n: int) -> None:
        if (action, n) in at:
            raise with_()

    return trouble


@pytest.mark.parametrize(
    ("action", "fault", "cause", "why"),
    [
        ("Create", Fault(5, "Access is denied."), "refused", "Remote Management Users"),
        ("Command", Fault(2147942402, "The system cannot find the file specified."), "refused", "was not found there"),
        ("Create", Fault(2150859180, "not allowed"), "refused", "AllowRemoteShellAccess"),
        ("Receive", Fault(2150858843, "gone"), "truncated", "ended from outside"),
        ("Create", Fault(0x8009030E, "A specified logon session does not exist."), "refused", "second hop"),
        ("Send", Fault(1726, "Сбой при удаленном вызове процедуры"), "refused", "Сбой при удаленном вызове процедуры (1726)"),
    ],
)
def test_faults_are_told_in_words(asker: Asker, action: str, fault: Fault, cause: str, why: str) -> None:
    host = Windows(trouble=raising((action, 1), with_=lambda: fault))
    with running(host) as lab:
        e = asker.refused(lab)
    assert (e.cause, why in str(e)) == (cause, True)
    assert host.shells == {}


@pytest.mark.parametrize("action", ["Command", "Send"])
def test_a_connection_that_breaks_leaves_no_shell(asker: Asker, action: str) -> None:
    host = Windows(trouble=raising((action, 1), with_=Drop))
    with running(host) as lab:
        e = asker.refused(lab)
    assert e.cause == "truncated"
    assert host.shells == {}


def test_a_connection_that_breaks_while_output_is_awaited_is_made_again(asker: Asker) -> None:
    """With its login, and its own keys for the sealed messages."""
    host = Windows(trouble=raising(("Receive", 1), with_=Drop))
    with running(host) as lab:
        assert len(asker.ask(lab)) == len(PROBES)
    assert len(host.logins) == 2
    assert host.shells == {}


def test_a_shell_that_cannot_be_deleted_is_told_and_costs_no_answer(asker: Asker) -> None:
    host = Windows(trouble=raising(("Delete", 1), with_=Drop))
    with running(host) as lab:
        assert len(asker.ask(lab)) == len(PROBES)
    assert "could not be deleted" in asker.said[-1].what


@pytest.mark.parametrize(
    ("action", "fault", "name"),
    [
        ("Create", Fault(2150859173, "5 concurrent shells"), "MaxShellsPerUser"),
        ("Command", Fault(2150858752, "15 concurrent operations", wmi=2150859174), "MaxConcurrentOperationsPerUser"),
        ("Create", Fault(2150859179, "too many users"), "MaxConcurrentUsers"),
        ("Create", Fault(2147943418, "a key marked for deletion"), "a key marked for deletion (2147943418)"),
    ],
)
def test_a_full_quota_is_waited_for_then_named(asker: Asker, monkeypatch: pytest.MonkeyPatch, action: str, fault: Fault, name: str) -> None:
    monkeypatch.setattr(winrmshell, "WAITS", (0.01, 0.02))
    host = Windows(trouble=raising((action, 1), (action, 2), with_=lambda: fault))
    with running(host) as lab:
        assert len(asker.ask(lab)) == len(PROBES)
        host.trouble = raising(*((action, n) for n in range(99)), with_=lambda: fault)
        e = asker.refused(lab)
    assert (e.cause, name in str(e)) == ("refused", True)
    assert host.shells == {}


def test_the_quotas_of_an_old_host_are_kept_whatever_happens(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five shells are all that Windows Server 2008 R2 gives: six troubles in a row would use them up, if one were left."""
    monkeypatch.setattr(winrmshell, "WAITS", ())
    host = Windows(most_shells=5)
    with running(host) as lab:
        for n in range(6):
            host.trouble = raising(("Receive", n + 1), with_=lambda: Fault(1726, "failed"))
            assert asker.refused(lab).cause == "refused"
        host.trouble = raising(with_=Drop)
        assert asker.ask(lab)


def test_a_slow_script_is_waited_for(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(winrmshell, "POLL", 1)
    host = Windows(seconds=1.5)
    with running(host) as lab:
        assert len(asker.ask(lab)) == len(PROBES)
    assert host.actions.count("Receive") == 2


def test_a_script_that_never_ends_is_ended_at_the_hosts_time(asker: Asker) -> None:
    host = Windows(output=Output(hangs=True))
    with running(host) as lab:
        e = asker.refused(lab, host_seconds=2)
    assert (e.cause, "raise host_seconds" in str(e)) == ("timed_out", True)
    assert host.shells == {}


FEW = [p for p in PROBES if p.name in {f"windows.{word}" for word in ("os", "computer", "disks", "services", "time", "volumes")}]


def test_a_section_that_never_returns_costs_itself_alone(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(winrmasking, "FIRST", 0.05)
    monkeypatch.setattr(winrmasking, "GROUP", 2)
    host = Windows(stuck=frozenset({"disks"}))
    with running(host) as lab:
        brought = asker.ask(lab, probes=FEW, host_seconds=10)
    assert [b.question.probe for b in brought] == [p.name for p in FEW]
    (stuck,) = [b for b in brought if b.reply is None]
    assert stuck.command == "powershell section disks.ps1"
    assert stuck.trouble is not None
    assert (stuck.trouble.cause, "did not end within 1 s" in stuck.trouble.why) == ("timed_out", True)
    assert isinstance(outcomes(brought)["windows.services"], Found)
    assert host.shells == {}
    assert len(host.scripts) == 1 + 3 + 2  # the whole, three groups, and both members of the one that did not end


def test_a_service_that_takes_requests_and_is_silent(asker: Asker) -> None:
    with running(Windows(mute=True)) as lab:
        e = asker.refused(lab, connect_seconds=0.3)
    assert e.cause == "timed_out"


@pytest.mark.parametrize(("status", "cause"), [(404, "not_understood"), (503, "refused"), (200, "not_understood"), (301, "not_understood")])
def test_what_is_no_winrm_is_told_apart(asker: Asker, status: int, cause: str) -> None:
    with running(Windows(status=status)) as lab:
        assert asker.refused(lab).cause == cause


def test_nobody_there(asker: Asker) -> None:
    with running(Windows()) as lab:
        pass
    assert asker.refused(lab).cause == "refused"


def test_https_is_asked_where_there_is_none(asker: Asker) -> None:
    with running(Windows()) as lab:
        e = asker.refused(lab, scheme="https")
    assert (e.cause, "no TLS on this port" in str(e)) == ("refused", True)


def test_a_host_that_knows_only_old_tls_is_named_so(asker: Asker) -> None:
    """Windows Server 2008 R2 as it was installed."""
    with running(Windows(), asker.certificate()) as lab:
        assert lab.tls is not None
        lab.tls.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # that is the point
            lab.tls.minimum_version = ssl.TLSVersion.TLSv1
            lab.tls.maximum_version = ssl.TLSVersion.TLSv1_1
        e = asker.refused(lab)
    assert (e.cause, "only TLS older than 1.2" in str(e)) == ("refused", True), e


# --- what is told


def test_the_journal_names_the_script_that_ran(asker: Asker) -> None:
    import hashlib

    host = Windows()
    with running(host) as lab:
        asker.ask(lab)
    (script,) = host.scripts
    assert script == assemble(sections_of(PROBES))  # what `auditkit probes --script` prints
    assert hashlib.sha256(script.encode()).hexdigest() in asker.said[1].what
    assert all(s.account == "audit" for s in asker.said)


# --- interrupted

CTRL_C = """
import sys
from pathlib import Path
from auditkit.collecting.run import collect
from auditkit.registry import registry
from auditkit.transports.base import Context, Credential, Masked, Target
from auditkit.transports.winrm import WinrmOptions
from auditkit.collecting.plan import plan
from auditkit.store import Store, TargetInfo
from auditkit.transports.base import now

folder, port = Path(sys.argv[1]), int(sys.argv[2])
targets = [Target(f"srv{n}", "windows", "winrm", "127.0.0.1", WinrmOptions(scheme="http", port=port), "env:A") for n in range(3)]
store = Store.open(folder / "state.sqlite")
snapshot = store.begin(
    [TargetInfo(t.id, t.platform, t.transport, t.address, "", "") for t in targets], plan(targets, registry()), now(), "test", "test", None
)
context = Context(b"k", folder / "known_hosts", lambda sent: None, lambda ref: Credential(""))
collect(store, snapshot, targets, registry(), context, {"env:A": Credential("audit", Masked(sys.stdin.readline().strip()))})
"""


def test_ctrl_c_deletes_the_shells_that_threads_still_wait_for(tmp_path: Path) -> None:
    host = Windows(output=Output(hangs=True))
    with running(host) as lab:
        argv = [sys.executable, "-c", CTRL_C, str(tmp_path), str(lab.port)]
        with subprocess.Popen(argv, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8") as asking:
            assert asking.stdin is not None
            asking.stdin.write(PASSWORD + "\n")
            asking.stdin.flush()
            wait_for(lambda: host.actions.count("Receive") == 3 or asking.poll() is not None)
            open_before = len(host.shells)
            asking.send_signal(signal.SIGINT)
            _, said = asking.communicate(timeout=30)
        assert (open_before, "KeyboardInterrupt" in said) == (3, True), said
        assert host.shells == {}


def wait_for(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not done() and time.monotonic() < end:
        time.sleep(0.02)
