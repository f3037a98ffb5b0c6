"""XML out of a reply: no entities, no document types, and a damaged text is a reply that was not understood. No probe of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditkit.probing import NotUnderstood

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def element(data: bytes | str, what: str) -> Element:
    """The root of a document. what: its name for the error. Raises NotUnderstood."""
    from xml.etree import ElementTree

    head = data if isinstance(data, str) else data.decode("latin-1")
    if "<!" in head.replace("<!--", "").replace("<![CDATA[", ""):
        raise NotUnderstood(f"{what}: a document type in its XML")
    try:
        return ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError) as e:
        raise NotUnderstood(f"{what} is no XML") from e
