"""A drop share: what is good is read as an online collection would, what is not is named with its reason, and nothing good is lost."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from auditkit.collecting import bundle_make, bundle_read
from auditkit.collecting.bundle_make import make, opener
from auditkit.collecting.bundle_read import BundleRead, read_folder
from auditkit.collecting.bundle_status import status
from auditkit.collecting.run import collect
from auditkit.collecting.sealing import digest_of, sealed
from auditkit.errors import UsageError
from auditkit.model import Question
from auditkit.registry import Registry, registry
from auditkit.store import Answer, Store, TargetInfo
from auditkit.transports.answercrypt import loaded, new_key
from auditkit.transports.base import Context, Credential, Masked, Target, now
from auditkit.transports.bundle import way_of
from auditkit.transports.local import LocalOptions
from auditkit.transports.powershell import sections_of
from auditkit.transports.winrm import WinrmOptions
from auditkit.workspace.journal import Journal
from auditkit.workspace.keys import evidence_cipher, print_key
from auditkit.workspace.layout import Workspace
from tests.lab.answers import Writer
from tests.lab.winrm import PASSWORD, Windows, running
from tests.lab.winrmanswer import framed, raw, recorded

PEM = new_key()
FEW = registry().only(["windows.os", "windows.computer", "windows.services", "windows.accounts"])
ALL = registry()


@dataclass
class Share:
    """A client, its store, and a folder in which answers lie."""

    workspace: Workspace
    store: Store
    folder: Path
    asked: Registry = FEW
    declared: tuple[Target, ...] = ()

    @property
    def writer(self) -> Writer:
        key = opener(self.workspace).key
        assert key is not None
        return Writer("acme", key.public_key(), ",".join(f"{p.name}={way_of(p)}" for p in self.asked.probes_on("windows")))

    def inside(self, host: str, wanted: str = "srv2019") -> bytes:
        return framed(raw(sections_of(self.asked.probes_on("windows")), recorded(wanted), host))

    def put(self, name: str, body: bytes) -> Path:
        (self.folder / name).write_bytes(body)
        return self.folder / name

    def read(self) -> BundleRead:
        return read_folder(self.workspace, self.store, self.asked, self.folder, self.declared)

    def answers(self) -> list[Answer]:
        return self.store.answers(self.store.snapshot().id)


@pytest.fixture
def share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Share]:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("AUDITKIT_IDENTITY", raising=False)
    for folder in ("acme", "share"):
        (tmp_path / folder).mkdir()
    (tmp_path / "acme" / "client.yaml").write_text("version: 1\nclient: {name: Acme, id: acme}\n")
    (tmp_path / "acme" / "targets.yaml").write_text("version: 1\ntargets: []\n")
    workspace = Workspace.open(tmp_path / "acme")
    workspace.prepare()
    monkeypatch.setattr(bundle_make, "new_key", lambda: PEM)  # making one takes a second; test_bundle_make has real ones
    make(workspace, FEW, "windows", tmp_path / "script")
    store = Store.open(None, print_key(workspace), evidence_cipher(workspace))
    yield Share(workspace, store, tmp_path / "share")
    store.close()


def test_three_hundred_files_of_which_twelve_are_broken_each_in_its_own_way(share: Share) -> None:
    writer, inside = share.writer, share.inside("PC")
    good = [share.put(f"pc{n:03}.answer", writer.write(inside, host=f"PC{n:03}")) for n in range(288)]
    whole = writer.write(inside, host="PC288")
    lines = whole.split(b"\n")
    packed = framed(gzip.decompress(gzip.compress(b"no answer of the script\n")))
    broken: dict[str, tuple[bytes, str]] = {
        "x01": (whole[: len(whole) // 2], "cut"),
        "x02": (whole[:-3], "cut"),
        "x03": (b"", "no_answer"),
        "x04": (good[7].read_bytes(), "again"),
        "x05": (writer.write(inside, host="PC008", at="2026-11-21T06:30:00Z"), "older"),
        "x06": (whole.replace(b'"account": "NT AUTHORITY', b'"account": "NT AUTHORITX'), "edited"),
        "x07": (b"\n".join([*lines[:6], lines[7], lines[6], *lines[8:]]), "edited"),
        "x08": (replace(writer, client="other").write(inside, host="PC288"), "other_client"),
        "x09": (replace(writer, key=loaded(new_key()).public_key()).write(inside, host="PC288"), "other_key"),
        "x10": (replace(writer, key=None).write(inside, host="PC288"), "plain"),
        "x11": (writer.write(packed, host="PC288"), "damaged"),
        "x12": (b"PK\x03\x04" + os.urandom(500), "no_answer"),
    }
    for name, (body, _) in broken.items():
        share.put(f"{name}.answer", body)
    share.put("README.txt", b"not an answer")

    done = share.read()

    assert len(done.looked.good) == 288
    assert {b.file.name: b.why for b in done.looked.bad} == {f"{name}.answer": why for name, (_, why) in broken.items()}
    assert done.looked.other == ("README.txt",)
    answers = share.answers()
    assert {a.question.target for a in answers} == {f"pc{n:03}" for n in range(288)}
    assert {a.state for a in answers} == {"found"}
    assert len(answers) == 288 * 4
    facts = {(a.question.probe, share.store.held_facts(a)) for a in answers}
    assert len(facts) == 4, "the same inside makes the same bytes of facts on every host"
    assert facts == set(online(share, ["PC"]).items())


def online(share: Share, names: list[str]) -> dict[str, bytes]:
    """Probe -> facts as bytes of hosts that the lab's WinRM server plays, which answer with the same recorded replies."""
    hosts = {f"127.0.0.{n + 1}": Windows(name=name, said=recorded("srv2019")) for n, name in enumerate(names)}
    store = Store.open(None)
    with running(hosts) as lab:
        options = WinrmOptions(scheme="http", port=lab.port)
        targets = [Target(h.name.lower(), "windows", "winrm", a, options, "env:A") for a, h in hosts.items()]
        questions = [Question(t.id, p.name, "") for t in targets for p in share.asked.probes_on("windows")]
        snapshot = store.begin([TargetInfo(t.id, t.platform, t.transport, t.address) for t in targets], questions, now(), "t", "t")
        context = Context(b"", share.folder.parent / "known", lambda sent: None, lambda ref: Credential(""))
        collect(store, snapshot, targets, share.asked, context, {"env:A": Credential("audit", Masked(PASSWORD))})
    found = {a.question.probe: store.held_facts(a) for a in store.answers(snapshot)}
    store.close()
    return found


def test_facts_of_every_section_are_those_of_the_online_run_byte_for_byte(share: Share) -> None:
    share.asked = ALL
    share.put("a.answer", share.writer.write(share.inside("SRV1"), host="SRV1"))
    share.read()
    offline = {a.question.probe: (a.state, share.store.held_facts(a)) for a in share.answers()}
    probes = [p.name for p in ALL.probes_on("windows")]
    assert sorted(offline) == probes
    with running(Windows(said=recorded("srv2019"))) as lab:
        store = Store.open(None, share.store.blobs.key)
        target = Target("srv1", "windows", "winrm", "127.0.0.1", WinrmOptions(scheme="http", port=lab.port), "env:A")
        snapshot = store.begin([TargetInfo("srv1", "windows", "winrm", "")], [Question("srv1", p, "") for p in probes], now(), "t", "t")
        context = Context(store.blobs.key, share.folder.parent / "known", lambda sent: None, lambda ref: Credential(""))
        collect(store, snapshot, [target], ALL, context, {"env:A": Credential("audit", Masked(PASSWORD))})
    assert {a.question.probe: (a.state, store.held_facts(a)) for a in store.answers(snapshot)} == offline
    assert sum(state == "found" for state, _ in offline.values()) > 30
    store.close()


def test_who_ran_it_and_when_stands_with_the_evidence_and_in_the_journal(share: Share) -> None:
    share.put("a.answer", share.writer.write(share.inside("SRV1"), host="SRV1"))
    share.read()
    answer = share.answers()[0]
    assert answer.at.isoformat() == "2026-11-22T06:30:00+00:00"
    assert answer.account == "CORP\\audit"
    assert answer.evidence is not None
    assert share.store.reply(answer).stdout
    assert 'answer file a.answer, sha256 ' in share.workspace.journal.read_text()
    assert '"at":"2026-11-22T06:30:00+00:00","target":"srv1","address":"SRV1.corp.example"' in share.workspace.journal.read_text()
    snapshot = share.store.snapshot().id
    assert sealed(share.workspace.journal, snapshot) == digest_of(share.store, snapshot)


def test_a_refused_file_is_named_in_the_journal(share: Share) -> None:
    share.put("a.answer", b"x")
    assert share.read().snapshot is None
    assert "answer file a.answer not taken: no_answer" in share.workspace.journal.read_text()
    assert share.store.snapshots() == []


def test_questions_that_the_script_does_not_answer_stand_in_the_plan_as_unknown(share: Share) -> None:
    """Made before a probe was changed, and before another one existed."""
    asked = {p.name: way_of(p) for p in FEW.probes_on("windows")}
    del asked["windows.services"]
    asked["windows.os"] = "0" * 12
    items = ",".join(f"{name}={way}" for name, way in asked.items())
    share.put("a.answer", replace(share.writer, items=items).write(share.inside("SRV1"), host="SRV1"))
    share.read()
    said = {a.question.probe: (a.state, a.why) for a in share.answers()}
    assert said["windows.accounts"] == ("found", "")
    assert said["windows.os"][0] == said["windows.services"][0] == "unknown"
    assert "asked this otherwise than today" in said["windows.os"][1]
    assert "asked this not at all" in said["windows.services"][1]


def test_reading_a_second_time_takes_the_same_files_again_and_never_an_older_one(share: Share) -> None:
    share.put("a.answer", share.writer.write(share.inside("SRV1"), host="SRV1"))
    share.read()
    first = {a.question: share.store.held_facts(a) for a in share.answers()}
    again = share.read()
    assert (len(again.looked.good), again.looked.bad) == (1, ())
    assert {a.question: share.store.held_facts(a) for a in share.answers()} == first
    (share.folder / "a.answer").unlink()
    share.put("b.answer", share.writer.write(share.inside("SRV1", "srv2008r2"), host="SRV1", at="2026-11-20T06:30:00Z"))
    older = share.read()
    assert [b.why for b in older.looked.bad] == ["older"]
    assert older.snapshot is None


def test_a_newer_answer_takes_the_place_of_the_older_one_in_a_new_snapshot(share: Share) -> None:
    share.put("a.answer", share.writer.write(share.inside("SRV1", "srv2008r2"), host="SRV1", at="2026-11-20T06:30:00Z"))
    share.put("b.answer", share.writer.write(share.inside("SRV2"), host="SRV2"))
    share.read()
    (share.folder / "b.answer").unlink()
    share.put("c.answer", share.writer.write(share.inside("SRV1"), host="SRV1"))
    done = share.read()
    assert {(g.file.name, g.target) for g in done.looked.good} == {("c.answer", "srv1")}
    assert [(b.file.name, b.why) for b in done.looked.bad] == [("a.answer", "older")]
    assert {a.question.target for a in share.answers()} == {"srv1", "srv2"}
    assert [t.id for t in share.store.snapshot().targets] == ["srv2", "srv1"]


def test_a_host_whose_clock_was_wrong_is_not_stuck_with_that_answer(share: Share) -> None:
    share.put("a.answer", share.writer.write(share.inside("SRV1", "srv2008r2"), host="SRV1", at="2099-01-01T00:00:00Z"))
    assert [g.file.name for g in share.read().looked.good] == ["a.answer"]
    share.put("b.answer", share.writer.write(share.inside("SRV1"), host="SRV1"))
    done = share.read()
    assert [g.file.name for g in done.looked.good] == ["b.answer"]
    assert [(b.file.name, b.why) for b in done.looked.bad] == [("a.answer", "older")]


def test_two_machines_of_one_name_are_two_hosts(share: Share) -> None:
    share.put("a.answer", share.writer.write(share.inside("PC"), host="PC", machine="aaaa-1111", domain=""))
    share.put("b.answer", share.writer.write(share.inside("PC"), host="PC", machine="bbbb-2222", domain=""))
    share.put("c.answer", share.writer.write(share.inside("PC"), host="PC", machine="cccc-3333", domain="corp.example"))
    done = share.read()
    assert done.looked.bad == ()
    assert sorted(g.target for g in done.looked.good) == ["pc", "pc-bbbb22", "pc-cccc33"]
    (share.folder / "a.answer").unlink()
    assert sorted(g.target for g in share.read().looked.good) == ["pc-bbbb22", "pc-cccc33"]


def test_a_declared_target_is_answered_under_its_own_id(share: Share) -> None:
    share.declared = (
        Target("buh", "windows", "winrm", "srv1.corp.example", WinrmOptions(), "env:A", "office", "file"),
        Target("srv2", "linux", "local", "srv2", LocalOptions()),
    )
    share.put("a.answer", share.writer.write(share.inside("SRV1"), host="SRV1"))
    share.put("b.answer", share.writer.write(share.inside("SRV2"), host="SRV2"))
    assert {g.file.name: g.target for g in share.read().looked.good} == {"a.answer": "buh", "b.answer": "srv2-guidof"}
    buh = next(t for t in share.store.snapshot().targets if t.id == "buh")
    assert (buh.transport, buh.address, buh.site, buh.role) == ("bundle", "srv1.corp.example", "office", "file")


def test_a_host_with_a_name_like_a_path_stays_in_its_place(share: Share) -> None:
    share.put("a.answer", share.writer.write(share.inside("SRV1"), host="../../../etc/cron.d/x"))
    share.put("b.answer", share.writer.write(share.inside("SRV1"), host="\x1b[2J\u202e"))
    assert sorted(g.target for g in share.read().looked.good) == ["2j", "etc-cron.d-x"]


def test_a_file_changed_between_the_two_looks_is_not_taken(share: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    share.put("a.answer", share.writer.write(share.inside("SRV1"), host="SRV1"))
    real = bundle_read._begin

    def and_then(*args: object) -> int:
        share.put("a.answer", share.writer.write(share.inside("SRV1", "srv2008r2"), host="SRV1"))
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(bundle_read, "_begin", and_then)
    share.read()
    assert {(a.state, a.cause) for a in share.answers()} == {("unknown", "not_understood")}
    assert "was changed while it was read" in share.answers()[0].why


def test_a_folder_that_is_none_is_said(share: Share) -> None:
    share.folder = share.folder / "gone"
    with pytest.raises(UsageError, match="cannot be listed"):
        share.read()


def test_status_tells_who_answered_who_waits_and_who_is_silent(share: Share) -> None:
    share.declared = (
        Target("srv1", "windows", "winrm", "srv1.corp.example", WinrmOptions(), "env:A"),
        Target("srv9", "windows", "winrm", "10.0.0.9", WinrmOptions(), "env:A"),
        Target("dc", "directory", "ldap", "dc1", LocalOptions()),
    )
    share.put("a.answer", share.writer.write(share.inside("SRV1"), host="SRV1"))
    share.read()
    share.put("b.answer", share.writer.write(share.inside("PC5"), host="PC5"))
    with Journal(share.workspace.journal):
        found = status(share.workspace, share.store, FEW, share.declared, share.folder)
    assert {h.name: h.state for h in found.hosts} == {"srv1": "answered", "srv9": "silent", "pc5": "waiting"}
    assert found.whole is None
