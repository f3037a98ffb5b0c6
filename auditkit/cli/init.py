"""auditkit init"""

from __future__ import annotations

from pathlib import Path

from auditkit.cli.common import print_json, say, tongue
from auditkit.i18n import Lang
from auditkit.workspace.layout import Workspace


def init(folder: Path, *, name: str | None = None, lang: Lang | None = None, json: bool = False) -> int:
    """Make the folder of a new client, with commented client.yaml and targets.yaml.

    Parameters
    ----------
    folder:
        where; it must not exist, or be empty
    name:
        the company's name as in the contract (the folder's name if not given)
    lang:
        language of the comments
    json:
        print one JSON object on stdout
    """
    made = Workspace.init(folder, name or folder.name, lang or tongue())
    if json:
        print_json("init", path=str(made.path))
    else:
        say("cli.init", path=str(made.path))
    return 0
