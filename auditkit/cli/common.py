"""What verbs share: output, progress, languages, exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import msgspec

from auditkit import i18n
from auditkit.assessment import Assessment
from auditkit.collecting import Progress, TargetState
from auditkit.i18n import Lang
from auditkit.text import inert, one_line

Languages = Literal["ru", "en", "both"]
FailOn = Literal["none", "1", "2", "3", "4"]
PARTIAL, FINDINGS = 3, 1


def langs(lang: Languages) -> tuple[Lang, ...]:
    """The languages to write in."""
    return ("ru", "en") if lang == "both" else (lang,)


def tongue() -> Lang:
    """The language to speak at the terminal: Russian where the locale says so."""
    said = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "ru" if said.lower().startswith("ru") else "en"


def say(message: str, /, **values: i18n.Plain) -> None:
    """One line for people, on stderr: stdout is for what other programs read."""
    sys.stderr.write(inert(i18n.text(tongue(), message, values)) + "\n")


def out(text: str) -> None:
    """A line on stdout, safe for a terminal."""
    sys.stdout.write(inert(text, 200_000) + "\n")


def print_json(verb: str, **fields: Any) -> None:
    """The one object of --json, on stdout. Text stays as it is: JSON escapes what a terminal must not see."""
    body = msgspec.json.format(msgspec.json.encode({"schema": f"auditkit.{verb}/1", **fields}), indent=1).decode()
    sys.stdout.write(_escaped(body) + "\n")


def _escaped(body: str) -> str:
    """C1 controls and direction overrides are legal in JSON text and evil in a terminal."""
    return "".join(
        f"\\u{ord(c):04x}"
        if 0x7F <= ord(c) <= 0x9F or c in "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        else c
        for c in body
    )


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A plain table on stdout, columns aligned."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        made.add_column(Text(heading), overflow="fold")
    for row in rows:
        made.add_row(*(Text(one_line(str(cell), 400)) for cell in row))
    console = Console(file=sys.stdout, soft_wrap=not sys.stdout.isatty(), width=None if sys.stdout.isatty() else 240)
    console.print(made)


def exit_code(states: Iterable[TargetState], assessment: Assessment | None, fail_on: FailOn) -> int:
    """Precedence 4 > 2 > 3 > 1 > 0."""
    if any(s.cut_short for s in states):
        return PARTIAL
    if assessment is not None and fail_on != "none" and any(f.severity >= int(fail_on) for f in assessment.findings):
        return FINDINGS
    return 0


@contextmanager
def progress() -> Iterator[Progress]:
    """Bars per target on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield Progress()
        return
    from auditkit.cli.bars import Bars

    with Bars() as bars:
        yield bars


def ask_secret(question: str) -> str:
    """A secret from the person at the terminal. Raises UsageError where there is no terminal."""
    import getpass

    from auditkit.errors import UsageError

    if not sys.stdin.isatty():
        raise UsageError(f"{question}: nobody to ask (stdin is no terminal): use --stdin, or vault:, env:, keyring: instead of prompt")
    return getpass.getpass(f"{inert(question)}: ", sys.stderr)
