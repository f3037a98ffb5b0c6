"""auditkit checklist"""

from __future__ import annotations

from pathlib import Path

from auditkit.checking.items import read
from auditkit.checking.lint import lint_columns
from auditkit.cli.common import print_json, say
from auditkit.errors import ChecklistError
from auditkit.registry import registry


def lint(*files: Path, client: Path | None = None, json: bool = False) -> int:
    """Check checklists: grammar of every expression, tables and columns it names, both languages. Names file, line and cure.

    Parameters
    ----------
    files:
        checklists; without any, all that hold for the client
    client:
        folder of a client; without it the built-in ones
    json:
        print one JSON object on stdout
    """
    from auditkit.checking import load_checklists

    lists = [read(str(f), f) for f in files] if files else list(load_checklists(client))
    problems = [p for one in lists for p in lint_columns(one, registry())]
    if json:
        print_json(
            "checklist", checklists=[{"id": c.checklist, "version": c.version, "items": len(c.items)} for c in lists], problems=problems
        )
        return 2 if problems else 0
    if problems:
        raise ChecklistError("\n".join(problems))
    for one in lists:
        say("cli.lint", id=one.checklist, version=one.version, n=len(one.items))
    return 0
