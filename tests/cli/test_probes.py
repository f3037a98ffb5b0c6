"""auditkit probes: the promise to the client, as text and as JSON."""

from __future__ import annotations

import json

import pytest

from auditkit.cli.probes import probes
from auditkit.registry import registry
from auditkit.transports.powershell import assemble, place_of, sections_of, text_of


def test_the_script_for_windows_is_printed_as_it_is_sent(capsys: pytest.CaptureFixture[str]) -> None:
    assert probes(script=True) == 0
    printed = capsys.readouterr().out
    assert printed == assemble(sections_of(registry().probes_on("windows")))
    assert text_of("services") in printed


def test_the_table_tells_where_the_sections_lie(capsys: pytest.CaptureFixture[str]) -> None:
    assert probes() == 0
    assert str(place_of("os").parent) in capsys.readouterr().err


def test_json_names_the_file_of_each_section(capsys: pytest.CaptureFixture[str]) -> None:
    assert probes(json=True) == 0
    told = {p["name"]: p for p in json.loads(capsys.readouterr().out)["probes"]}
    (file,) = told["windows.os"]["files"]
    with open(file, encoding="ascii") as f:
        assert f.read() == text_of("os")
    assert told["linux.os_release"]["files"] == []
