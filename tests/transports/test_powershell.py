"""The collecting script as it is put together: what is read beforehand is what is sent."""

from __future__ import annotations

from pathlib import Path

import pytest
import tree_sitter
import tree_sitter_pwsh

from auditkit.errors import RegistryError
from auditkit.registry import registry
from auditkit.transports.powershell import assemble, place_of, sections_of, text_of
from auditkit.transports.winrmasking import BOOTSTRAP, command

PROBES = registry().probes_on("windows")
PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_pwsh.language()))


def broken(text: str) -> list[str]:
    """Lines that are no PowerShell."""
    found: list[str] = []

    def look(node: tree_sitter.Node) -> None:
        if node.type == "ERROR" or node.is_missing:
            found.append(text.splitlines()[node.start_point[0]])
        for child in node.children:
            look(child)

    look(PARSER.parse(text.encode()).root_node)
    return found


def test_every_section_of_a_probe_has_its_text() -> None:
    for section in sections_of(PROBES):
        assert text_of(section)


def test_the_whole_script_is_powershell() -> None:
    assert broken(assemble(sections_of(PROBES))) == []
    assert broken("function {") != []


def test_what_unpacks_it_is_powershell_and_fits_a_command_line() -> None:
    assert broken(BOOTSTRAP) == []
    assert len(command()) < 2000  # cmd.exe takes 8,191


def test_the_script_is_the_files_and_nothing_else() -> None:
    script = assemble(["os", "services", "os"])
    for part in (text_of("_head"), text_of("os"), text_of("services"), text_of("_tail")):
        assert script.count(part) == 1
        script = script.replace(part, "")
    assert script.split() == ["Section", "'os'", "{", "}", "Section", "'services'", "{", "}"]


def test_of_a_probe_with_another_way_both_sections_are_sent() -> None:
    ways = [p for p in PROBES if len(p.commands) > 1]
    for probe in ways:
        assert len(sections_of([probe])) == len(probe.commands)


@pytest.mark.parametrize("name", ["../os", "OS", "", "os'"])
def test_a_name_that_is_none(name: str) -> None:
    with pytest.raises(RegistryError):
        assemble([name])


def test_a_section_without_a_file_is_named() -> None:
    with pytest.raises(RegistryError, match=r"collectors/windows/nothing\.ps1 is missing"):
        assemble(["nothing"])


def test_what_is_not_ascii_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import auditkit.collectors

    (tmp_path / "windows").mkdir()
    (tmp_path / "windows" / "cyrillic.ps1").write_text("# служба\n", "utf-8")
    (tmp_path / "windows" / "lines.ps1").write_bytes(b"Get-Rows 'A' @('B')\r\n")
    monkeypatch.setattr(auditkit.collectors, "__path__", [*auditkit.collectors.__path__, str(tmp_path)])
    with pytest.raises(RegistryError, match="byte 2 is not ASCII"):
        text_of("cyrillic")
    assert text_of("lines") == "Get-Rows 'A' @('B')\n"


def test_the_runtime_lies_beside_the_sections() -> None:
    assert place_of("_head").parent == place_of("os").parent


def test_a_section_does_not_use_the_names_of_the_runtime() -> None:
    for section in sections_of(PROBES):
        assert "$ak" not in text_of(section), section
