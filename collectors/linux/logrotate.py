"""What logrotate turns over (logrotate(8))."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from auditkit.model.shared.services import LogRotation
from auditkit.probing import Reply, Shell, probe

from ._readings import NO_FILE, headed

_OFTEN = ("hourly", "daily", "weekly", "monthly", "yearly")
_SCRIPTS = re.compile(r"^\s*(?:prerotate|postrotate|firstaction|lastaction|preremove)\b.*?^\s*endscript\b", re.M | re.S)


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
        text = re.sub(r"#.*", "", _SCRIPTS.sub("", text))
        parts = re.split(r"\{([^}]*)\}", text)
        for outside, inside in zip(parts[::2], [*parts[1::2], ""], strict=True):
            settings = "\n".join(line for line in outside.splitlines() if not line.strip().startswith(("/", '"', "'")))
            often, keep = _settings(settings, often, keep)
            paths = tuple(w for line in outside.splitlines() if line.strip().startswith(("/", '"', "'")) for w in shlex.split(line))
            if paths:
                own = _settings(inside, often, keep)
                yield LogRotation(config_file=file, paths=paths, frequency=own[0], keep=own[1])


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
