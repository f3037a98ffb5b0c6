"""The language of nginx configuration (nginx.org/en/docs/beginners_guide.html): words, blocks, comments. No probe of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from auditkit.probing import NotUnderstood

_TOKEN = re.compile(r"""\s+|\#[^\n]*|(?P<open>\{)|(?P<close>\})|(?P<end>;)|"(?P<d>(?:[^"\\]|\\.)*)"|'(?P<s>(?:[^'\\]|\\.)*)'""", re.S)
_WORD = re.compile(r"(?:[^\s;{}\\\"']|\\.|\$\{[^}\s]*\}|(?<=\S)[\"'])(?:[^\s;{\\]|\\.|(?<=\$)\{[^}\s]*\})*", re.S)
_DEEPEST = 60
_LONGEST = 2 << 20


@dataclass(frozen=True, slots=True)
class Directive:
    """`name args;` or, where block is true, `name args { body }` (the body may be empty)."""

    name: str
    args: tuple[str, ...]
    body: tuple[Directive, ...] = field(default=())
    block: bool = False

    def all(self, name: str) -> list[Directive]:
        """Directives of a name directly inside."""
        return [d for d in self.body if d.name == name]

    def deep(self, name: str) -> Iterator[Directive]:
        """Directives of a name at any depth inside."""
        for d in self.body:
            if d.name == name:
                yield d
            yield from d.deep(name)

    def first(self, name: str) -> tuple[str, ...]:
        """Arguments of the first directive of a name; () = there is none."""
        return next((d.args for d in self.all(name)), ())


def parse(text: str) -> Directive:
    """A file as one directive without a name. Raises NotUnderstood where braces do not close, and for a file beyond 2 MB.

    >>> server = parse('server { listen 80; location ~ "a{2}" { return 403; } } # end').all("server")[0]
    >>> server.first("listen"), server.all("location")[0].args
    (('80',), ('~', 'a{2}'))
    """
    if len(text) > _LONGEST:
        raise NotUnderstood(f"a configuration of {len(text) >> 20} MB is not read")
    tokens = list(_tokens(text))
    tokens.reverse()  # popped from the end
    body = _block(tokens, 0)
    if tokens:
        raise NotUnderstood("a brace closes that was not opened")
    return Directive("", (), body)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found:
            kind = found.lastgroup
            if kind:
                yield ("word", found[kind]) if kind in "ds" else (kind, "")
        else:
            found = _WORD.match(text, at)
            if not found:
                raise NotUnderstood(f"no word in line {text.count(chr(10), 0, at) + 1}")
            yield "word", found[0]
        at = found.end()


def _block(tokens: list[tuple[str, str]], depth: int) -> tuple[Directive, ...]:
    if depth > _DEEPEST:
        raise NotUnderstood("blocks lie too deep in each other")
    body: list[Directive] = []
    words: list[str] = []
    while tokens:
        kind, word = tokens.pop()
        if kind == "word":
            words.append(word)
        elif kind == "close":
            tokens.extend([("close", "")] if depth == 0 else [])
            break
        elif words:
            inside = _block(tokens, depth + 1) if kind == "open" else ()
            body.append(Directive(words[0], tuple(words[1:]), inside, kind == "open"))
            words = []
        else:
            raise NotUnderstood("a block or an end without a name")
    else:
        if depth:
            raise NotUnderstood("a block does not end")
    if words:
        raise NotUnderstood(f"a directive of {len(words)} words does not end")
    return tuple(body)
