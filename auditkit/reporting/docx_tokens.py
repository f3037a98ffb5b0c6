"""What a Word template prints: numbered tokens in private-use characters, in place of the words themselves.

Words of strangers so never pass through Jinja's or docxtpl's text surgery, whatever they hold ({{, {_{, &lt;, line ends); the last
pass (`docx_marks`) puts them into the built XML as text, and a bookmark around those that are statements.
"""

from __future__ import annotations

import re
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from auditkit.reporting.words import Said, shown

OPEN, RAW, SHUT = "\ue000", "\ue001", "\ue002"      # cut from every text of a device (auditkit.text.MARKS)
TOKEN = re.compile(f"([{OPEN}{RAW}])(\\d+){SHUT}")
_HARMLESS = re.compile(r"[A-Za-z0-9 .#_-]{0,40}")   # may stand in an attribute: a colour, a style


class Raw(str):
    """A part of a document that is built as XML: prints as a token; `n` is its number."""

    __slots__ = ("n",)
    n: int

    def __new__(cls, name: str, n: int) -> Raw:
        made = super().__new__(cls, name)
        made.n = n
        return made


class Tokens:
    """The words behind the tokens of one document: (text, names of bookmarks around it)."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, tuple[str, ...]]] = []

    def finalize(self, value: Any) -> Any:
        """What Jinja calls on everything that a template prints. Raises jinja2.TemplateRuntimeError where it is no text and no number."""
        if isinstance(value, Raw):
            return f"{RAW}{value.n}{SHUT}"
        if isinstance(value, str):
            names = tuple(value.ident.split()) if isinstance(value, Said) else ()
            value = value.unescape() if isinstance(value, Markup) else value  # a literal of the template, or the filter `e`
            if not names and _HARMLESS.fullmatch(value):
                return str(value)
            self.texts.append((shown(value), names))
            return f"{OPEN}{len(self.texts) - 1}{SHUT}"
        if isinstance(value, jinja2.Undefined) or (isinstance(value, int | float) and not isinstance(value, bool)):
            return value
        raise jinja2.TemplateRuntimeError(f"it prints a {type(value).__name__}: only texts and numbers can be printed")

    def environment(self) -> jinja2.Environment:
        """Jinja that runs templates of strangers: sandboxed, escaping, and an unknown name is an error."""
        return ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=True, finalize=self.finalize)
