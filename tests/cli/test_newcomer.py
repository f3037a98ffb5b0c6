"""What somebody meets on his first day: completion, help, an empty vault, one way to name the client."""

from __future__ import annotations

import inspect
import json
import subprocess
from importlib import import_module
from pathlib import Path

import pytest

from auditkit.cli import GROUPS, VERBS, main
from auditkit.cli.app import make
from tests.cli.commands import Run

_COMPLETE = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _auditkit; printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("auditkit au", {"audit"}),
        ("auditkit audit acme --", {"--client", "--out", "--lang", "--fail-on", "--new", "--json", "--help", "--version"}),
        ("auditkit collect --n", {"--new"}),
        ("auditkit vault ad", {"add"}),
        ("auditkit vault list --", {"--client", "--workspace", "--json", "--help", "--version"}),
        ("auditkit report --lang ", {"ru", "en", "both"}),
    ],
)
def test_the_shell_completes_verbs_options_and_values(tmp_path: Path, line: str, offered: set[str]) -> None:
    script = tmp_path / "completion"
    script.write_text(make().generate_completion(shell="bash"))
    done = subprocess.run(["bash", "-c", _COMPLETE, "bash", str(script), *line.split(" ")], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == offered


def test_every_verb_names_the_client_the_same_way() -> None:
    """`client`, first or as --client; no verb has another word for it."""
    places = [where for _, where, _ in VERBS] + [where for _, _, verbs in GROUPS for _, where, _ in verbs]
    for where in places:
        module, _, name = where.partition(":")
        names = set(inspect.signature(getattr(import_module(module), name)).parameters)
        assert not names & {"workspace", "folder_of_client", "customer"}, where


def test_an_empty_vault_says_that_it_is_empty(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("vault", "list", "--client", "acme", code=0).startswith("acme/vault.age: holds no credentials yet; `auditkit vault add")
    assert run("vault", "list", "--workspace", "acme", code=0).startswith("acme/vault.age: holds no credentials yet")
    assert main(["vault", "list", "--client", "acme", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["names"] == []


def test_two_snapshots_that_say_the_same_are_no_empty_table(run: Run) -> None:
    for words in ((), ("--new",)):
        run("collect", "acme", "--probe", "linux.hostname", *words, code=0)
    assert run("diff", "acme", code=0) == "Snapshots 1 and 2: nothing changed, and nothing was lost from sight.\n"
