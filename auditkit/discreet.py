"""What a reader said of a secret reply, without a byte of the reply: the program's own words, and the number of the line.

The words of a message that stand in the code that raised it are the program's; everything else in it may come from the reply and is
left out. A line that the message quotes is looked up in the reply, and told by its number alone.
"""

from __future__ import annotations

import ast
import re
from types import CodeType, TracebackType

_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_NUMBER = re.compile(r"\blines? (\d{1,9})\b")
LEFT_OUT = "…"


def discreetly(failed: Exception, text: str) -> str:
    """text: of the reply.

    >>> def read(line):
    ...     raise ValueError(f"no mount: {line[:80]!r}")
    >>> try:
    ...     read("//nas/x -o password=hunter2")
    ... except ValueError as e:
    ...     discreetly(e, "# mounts\\n//nas/x -o password=hunter2\\n")
    'no mount: … (line 2 of a secret reply)'
    """
    number = _line(str(failed), text)
    words = _own_words(failed) or type(failed).__name__
    return f"{words} ({f'line {number} of ' if number else ''}a secret reply)"


def _own_words(failed: Exception) -> str:
    """The message as far as it stands in the code; "" where nothing of it does."""
    code = _code(failed.__traceback__)
    message = _QUOTED.sub(LEFT_OUT, str(failed))
    texts = {c for c in code.co_consts if isinstance(c, str)} if code else set()
    # A lone word may be one that the code only compares with; what is said to people has a blank in it.
    own = sorted((c for c in texts if (" " in c.strip() and c in message) or c == message), key=len, reverse=True)
    if not own:
        return ""
    pieces = re.split(f"({'|'.join(re.escape(c) for c in own)})", message)
    said = "".join(p if n % 2 else LEFT_OUT for n, p in enumerate(pieces) if p)
    return re.sub(rf"(?:{LEFT_OUT}\s*)+{LEFT_OUT}", LEFT_OUT, said).strip()


def _code(trace: TracebackType | None) -> CodeType | None:
    """Of the function that raised it."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame.f_code if trace else None


def _line(message: str, text: str) -> int | None:
    if said := _NUMBER.search(message):
        return int(said[1])
    lines = text.splitlines()
    for quoted in sorted(_QUOTED.findall(message), key=len, reverse=True):
        try:
            part = ast.literal_eval(quoted)
        except (ValueError, SyntaxError):
            continue
        found = [n for n, line in enumerate(lines, 1) if part and part in line]
        if len(found) == 1:
            return found[0]
    return None
