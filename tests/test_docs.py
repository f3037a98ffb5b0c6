"""Documentation is tested: the blocks that the runner takes out of the README, and every link and file name in the pages."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
from pathlib import Path
from typing import get_args

import pytest

from auditkit.cli import GROUPS, VERBS
from auditkit.cli.app import make
from auditkit.errors import Cause
from auditkit.registry import registry
from auditkit.transports.ssh import SshOptions

ROOT = Path(__file__).parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/*.md"))]
PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)

_spec = importlib.util.spec_from_file_location("readme_block", ROOT / ".ci" / "readme_block.py")
assert _spec is not None
assert _spec.loader is not None
readme_block = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(readme_block)

TWO = """# Title
<!-- ci:main -->
```sh
one \\
  && two
```
text
<!-- ci:tests -->

```sh
three
```
```sh
four
```
"""


def test_a_block_is_what_stands_in_the_fence_after_its_mark_verbatim() -> None:
    assert readme_block.block("main", TWO) == "one \\\n  && two\n"
    assert readme_block.block("tests", TWO) == "three\n"
    assert readme_block.block("main", TWO.replace("\n", "\r\n")) == "one \\\n  && two\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (TWO.replace("ci:main", "ci:mian"), "0 blocks"),
        (TWO + TWO, "2 blocks"),
        (TWO.replace("<!-- ci:main -->\n", "<!-- ci:main -->\ntext\n"), "0 blocks"),
        (TWO.replace("<!-- ci:main -->\n```sh", "<!-- ci:main -->\n```python"), "0 blocks"),
        (TWO.replace("one \\\n  && two\n", "\n"), "empty"),
        ("<!-- ci:main -->\n```sh\nnever closed\n", "0 blocks"),
    ],
    ids=["no such mark", "twice", "text between", "another language", "empty", "not closed"],
)
def test_a_block_that_is_not_there_once_stops_the_runner(text: str, why: str) -> None:
    with pytest.raises(SystemExit, match=why):
        readme_block.block("main", text)


@pytest.mark.parametrize("name", ["main", "tests"])
def test_the_commands_of_the_readme_are_shell_and_make_their_own_environment(name: str) -> None:
    command = readme_block.block(name, (ROOT / "README.md").read_text("utf-8"))
    assert subprocess.run(["bash", "-n"], input=command, text=True, capture_output=True, check=False).stderr == ""
    assert command.startswith("python3 -m venv .venv")


@PAGE
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    text = page.read_text("utf-8")
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"[a-z]+:", link)]
    assert [link for link in links if link and not (page.parent / link).exists()] == []


@PAGE
def test_every_command_line_in_a_page_names_a_verb_that_exists(page: Path) -> None:
    verbs = {name for name, *_ in VERBS} | {name for name, *_ in GROUPS}
    blocks = re.findall(r"^```sh\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)
    lines = [line for block in blocks for line in block.splitlines() if re.match(r"(\S*/)?auditkit\s", line)]
    said = [shlex.split(line, comments=True)[1] for line in lines]
    assert [word for word in said if not word.startswith("-") and word not in verbs] == []


@PAGE
def test_every_probe_named_in_a_page_exists(page: Path) -> None:
    own = {"linux.entropy"}  # the example that CONTRIBUTING builds
    named = set(re.findall(r"\b(?:linux|host|discovery)\.[a-z][a-z0-9_]+\b(?!\.|/)", page.read_text("utf-8")))
    known = set(registry().probes) | set(registry().derived) | own
    assert {n for n in named - known if not n.endswith((".py", ".yaml", ".md"))} == set()


def _command_lines(page: str) -> list[list[str]]:
    blocks = re.findall(r"^```sh\n(.*?)^```$", (ROOT / "docs" / page).read_text("utf-8"), re.M | re.S)
    return [shlex.split(line, comments=True)[1:] for block in blocks for line in block.splitlines() if line.startswith("auditkit ")]


GUIDES = ("guide.ru.md", "guide.en.md")


@pytest.mark.parametrize("page", GUIDES)
def test_every_command_of_a_guide_is_one_the_program_takes(page: str) -> None:
    for words in _command_lines(page):
        make().parse_args(words[: words.index(">")] if ">" in words else words, exit_on_error=False, print_error=False)


def test_the_guides_show_the_same_commands_and_options_in_both_languages() -> None:
    """Words of people (reasons, names) differ; verbs, options, SQL and the order of the commands do not."""
    said = {"--why", "--who", "--text", "--name", "--lang"}
    bare = [[[w for n, w in enumerate(words) if n == 0 or words[n - 1] not in said] for words in _command_lines(page)] for page in GUIDES]
    assert bare[0] == bare[1]
    texts = [(ROOT / "docs" / page).read_text("utf-8") for page in GUIDES]
    for mark in (r"^#+ ", r"^\| `(\w+)`", r"^```"):
        assert re.findall(mark, texts[0], re.M) == re.findall(mark, texts[1], re.M)


def test_the_guides_name_every_option_of_ssh_and_every_cause() -> None:
    for page in GUIDES:
        text = (ROOT / "docs" / page).read_text("utf-8")
        assert [o for o in SshOptions.model_fields if f"`{o}`" not in text] == []
        assert [c for c in get_args(Cause) if f"| `{c}` |" not in text] == []
