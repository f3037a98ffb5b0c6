"""RAID controllers: one that cannot be asked is an unknown; only a host without one is clean."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from auditkit.model import Absent, Unknown
from auditkit.probing import Reply, Shell
from auditkit.registry import registry

PERC = "pci:v00001000d0000005Dsv00001028sd00001F42bc01sc04i00"
HPE_OLD = "pci:v0000103Cd00003239sv0000103Csd000021C8bc01sc04i00"
HPE_NEW = "pci:v00009005d0000028Fsv0000103Csd00001100bc01sc04i00"
ADAPTEC = "pci:v00009005d0000028Dsv00009005sd00000550bc01sc04i00"
ARECA = "pci:v000017D3d00001880sv000017D3sd00001880bc01sc04i00"
INTEL = "pci:v00008086d00002822sv00001028sd0000079Abc01sc04i00"
NETWORK = "pci:v00001000d0000005Dsv00001028sd00001F42bc02sc00i00"


def run(probe: str, cards: list[str], tmp_path: Path, tool: str = "") -> Reply:
    """The probe's own command over a bus of these cards, with that tool on the PATH."""
    for n, card in enumerate(cards):
        (tmp_path / f"0000:0{n}:00.0").mkdir()
        (tmp_path / f"0000:0{n}:00.0" / "modalias").write_text(card + "\n")
    (tmp_path / "bin").mkdir()
    if tool:
        (tmp_path / "bin" / tool).write_text('#!/bin/sh\necho "$0 $*"\n')
        (tmp_path / "bin" / tool).chmod(0o755)
    command = registry().probes[probe].command
    assert isinstance(command, Shell)
    line = command.line.replace("/sys/bus/pci/devices", shlex.quote(str(tmp_path)))
    env = {"PATH": f"{tmp_path}/bin:/usr/bin:/bin", "LC_ALL": "C"}
    done = subprocess.run(["sh", "-c", line], capture_output=True, env=env, check=False)
    stderr = done.stderr.replace(str(tmp_path).encode(), b"/sys/bus/pci/devices")
    return Reply(done.stdout, stderr, done.returncode, root=True)


@pytest.mark.parametrize(
    ("card", "probe", "tool"),
    [
        (PERC, "linux.megaraid", "perccli64"),
        (HPE_OLD, "linux.smart_array", "ssacli"),
        (HPE_NEW, "linux.smart_array", "ssacli"),
        (ADAPTEC, "linux.adaptec", "arcconf"),
    ],
)
def test_each_card_is_asked_by_its_own_probe_alone(card: str, probe: str, tool: str, tmp_path: Path) -> None:
    for name in ("linux.megaraid", "linux.smart_array", "linux.adaptec"):
        folder = tmp_path / name
        folder.mkdir()
        reply = run(name, [card], folder, tool)
        assert reply.code == (0 if name == probe else 127), name
        assert (tool.encode() in reply.stdout) == (name == probe)


@pytest.mark.parametrize(("card", "probe"), [(PERC, "linux.megaraid"), (HPE_NEW, "linux.smart_array"), (ADAPTEC, "linux.adaptec")])
def test_a_card_without_its_tool_is_an_unknown_that_names_the_cure(card: str, probe: str, tmp_path: Path) -> None:
    outcome = registry().probes[probe].outcome(run(probe, [card], tmp_path))
    assert isinstance(outcome, Unknown)
    assert "none of its tools" in outcome.why


@pytest.mark.parametrize("cards", [[], [NETWORK], [INTEL]])
@pytest.mark.parametrize("probe", ["linux.megaraid", "linux.smart_array", "linux.adaptec", "linux.other_raid"])
def test_a_host_without_a_card_is_clean(cards: list[str], probe: str, tmp_path: Path) -> None:
    assert isinstance(registry().probes[probe].outcome(run(probe, cards, tmp_path)), Absent)


def test_a_card_that_nobody_can_ask_is_an_unknown(tmp_path: Path) -> None:
    outcome = registry().probes["linux.other_raid"].outcome(run("linux.other_raid", [ARECA, PERC], tmp_path))
    assert isinstance(outcome, Unknown)
    assert "17d3:1880" in outcome.why
    assert "1000:005d" not in outcome.why
