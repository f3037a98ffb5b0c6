"""The bracket language of 1C's own files: {1,"text with "" inside",{...}}. No probe of its own."""

from __future__ import annotations

import re

from auditkit.probing import NotUnderstood

Value = str | list["Value"]
_TOKEN = re.compile(r'\s+|(?P<open>\{)|(?P<close>\})|(?P<comma>,)|"(?P<text>(?:[^"]|"")*)"|(?P<bare>[^\s{},"]+)')
_DEEPEST = 60


def brackets(text: str) -> list[Value]:
    """One value of brackets. Raises NotUnderstood where they do not close.

    >>> brackets('{0,"ООО ' + 2 * '"' + 'Ромашка' + 3 * '"' + ',{1,{2}}}')
    ['0', 'ООО "Ромашка"', ['1', ['2']]]
    """
    stack: list[list[Value]] = [[]]
    at = 0
    text = text.removeprefix("\ufeff")
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            raise NotUnderstood(f"no value in line {text.count(chr(10), 0, at) + 1}")
        at = found.end()
        kind = found.lastgroup
        if kind == "open":
            stack.append([])
            if len(stack) > _DEEPEST:
                raise NotUnderstood("brackets lie too deep in each other")
        elif kind == "close":
            inside = stack.pop()
            if not stack:
                raise NotUnderstood("a bracket closes that was not opened")
            stack[-1].append(inside)
        elif kind == "text":
            stack[-1].append(found["text"].replace('""', '"'))
        elif kind == "bare":
            stack[-1].append(found["bare"])
    if len(stack) != 1 or len(stack[0]) != 1 or not isinstance(stack[0][0], list):
        raise NotUnderstood("the brackets do not close")
    return stack[0][0]
