"""What is wrong in a Word template, said before it is run."""

from __future__ import annotations

import re
from typing import Any

_TAG = re.compile(r"\{[{%][^{}]*[}%]\}", re.S)
_QUOTES = re.compile("[«»„“”‘’‚‹›]")


def lint(template: Any) -> None:
    """Raises ValueError naming the tag in which Word typed quotation marks of its own."""
    template.init_docx()
    sources = [template.get_xml()]
    for uri in (template.HEADER_URI, template.FOOTER_URI):
        sources += [template.get_part_xml(part) for _, part in template.get_headers_footers(uri)]
    for xml in sources:
        text = re.sub(r"<[^>]+>", "", xml)
        for tag in _TAG.findall(text):
            if _QUOTES.search(tag):
                raise ValueError(f"in the tag {tag} Word has typed «…» or “…”: type straight quotes, \" or ' (Ctrl+Z undoes it)")
