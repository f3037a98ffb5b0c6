"""A page template and a context -> a page. Runs in a process of its own (`template_child`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from auditkit.reporting.words import Said


def page(template: bytes, names: Mapping[str, Any]) -> bytes:
    """The page in UTF-8. Raises jinja2 errors and what a template can provoke: `template_child` names them all."""
    return environment().from_string(template.decode("utf-8")).render(names).encode("utf-8")


def environment() -> jinja2.Environment:
    """Jinja that runs templates of strangers: sandboxed, escaping, and an unknown name is an error."""
    return ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined, autoescape=True, finalize=_finalize, trim_blocks=True, lstrip_blocks=True,
    )


def _finalize(value: object) -> object:
    return Markup('<span data-s="{}">{}</span>').format(value.ident, escape(str(value))) if isinstance(value, Said) else value
