"""What logrotate turns over (logrotate(8))."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.services import LogRotation
from auditkit.probing import NotUnderstood, Reply, Shell, probe

from ._readings import NO_FILE, headed

_OFTEN = ("hourly", "daily", "weekly", "monthly", "yearly")
_SCRIPTS = ("prerotate", "postrotate", "firstaction", "lastaction", "preremove")


@probe(
    "linux.logrotate",
    Shell("find /etc/logrotate.conf /etc/logrotate.d -type f -exec head -n 2000 -v '{}' +", root_helps=True),
    codes=(0, 1),
    harmless=rf"^find: .*{NO_FILE}",
    no_file="no logrotate here",
)
def logrotate(reply: Reply) -> Iterator[LogRotation]:
    """`/a /b { settings }`; settings outside of blocks hold from there on. The main file is read first, as logrotate does."""
    files = sorted(headed(reply), key=lambda pair: (pair[0] != "/etc/logrotate.conf", pair[0]))
    often, keep = "", None
    for file, text in files:
        for outside, inside in _blocks("\n".join(_settings_alone(text))):
            settings = "\n".join(line for line in outside.splitlines() if not line.strip().startswith(("/", '"', "'")))
            often, keep = _settings(settings, often, keep)
            paths = tuple(w for line in outside.splitlines() if line.strip().startswith(("/", '"', "'")) for w in _words(line))
            if paths:
                own = _settings(inside, often, keep)
                yield LogRotation(config_file=file, paths=paths, frequency=own[0], keep=own[1])


def _settings_alone(text: str) -> Iterator[str]:
    """Lines without comments and without the shell scripts between postrotate and endscript."""
    script = False
    for line in text.splitlines():
        line = line.partition("#")[0]
        word = line.strip().partition(" ")[0]
        if not script and word not in _SCRIPTS:
            yield line
        script = (script or word in _SCRIPTS) and word != "endscript"


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Text before a block, and the block; the last has none."""
    outside, *rest = text.split("{")
    for part in rest:
        inside, closed, after = part.partition("}")
        if not closed:
            raise NotUnderstood(f"a block does not end: {part[:80]!r}")
        yield outside, inside
        outside = after
    yield outside, ""


def _words(line: str) -> list[str]:
    """Paths of a line; those with blanks are quoted."""
    return [w.strip("\"'") for w in re.findall(r"\"[^\"]*\"?|'[^']*'?|[^\s\"']+", line)]


def _settings(text: str, often: str, keep: int | None) -> tuple[str, int | None]:
    for line in text.splitlines():
        words = line.replace("=", " ").split()
        if words[:1] and words[0] in _OFTEN:
            often = words[0]
        elif words[:1] == ["size"]:
            often = "size"
        elif words[:1] == ["rotate"]:
            keep = int(words[1])
    return often, keep
