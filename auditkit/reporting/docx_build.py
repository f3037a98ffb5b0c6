"""A template and a context -> a Word document. Runs in a process of its own (`template_child`): a template is somebody's program."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.part import XmlPart
from docxtpl import DocxTemplate
from lxml import etree

from auditkit.reporting.docx_contents import anchor, contents
from auditkit.reporting.docx_lint import lint
from auditkit.reporting.docx_marks import resolve, settle
from auditkit.reporting.docx_pages import fresh, keep, look_of, turn
from auditkit.reporting.docx_pictures import picture
from auditkit.reporting.docx_raw import Look, built, too_wide
from auditkit.reporting.docx_tokens import Raw, Tokens
from auditkit.reporting.docx_xml import w
from auditkit.reporting.words import Said

_STRICT = etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True)


class _Template(DocxTemplate):  # type: ignore[misc]
    """docxtpl repairs broken XML by dropping what it does not understand; here broken XML is an error."""

    def fix_tables(self, xml: str) -> Any:
        etree.fromstring(xml, _STRICT)
        return super().fix_tables(xml)

    def render_properties(self, context: Any, jinja_env: Any = None) -> None:
        """The properties are ours: `build` sets them."""


def build(template: bytes, context: Mapping[str, Any], properties: Mapping[str, str]) -> bytes:
    """The document; pages of the contents are still places to be filled (`docx_contents.place`).

    Raises jinja2 errors, lxml.etree.XMLSyntaxError, ValueError and the errors of a broken package: `template_child` names them all.
    """
    template_ = _Template(io.BytesIO(template))
    lint(template_)
    look = look_of(template_.docx)
    parts = _Parts(template_, look, dict(context))
    tokens = Tokens()
    template_.render(parts.context, tokens.environment())
    roots = [template_.docx.element, *_roots(template_.docx)]
    for root in roots:
        resolve(root, tokens.texts, parts.elements)
    settle(roots)
    body = template_.docx.element.body
    found = {s.get(w("name")): s for s in body.iter(w("bookmarkStart"))}
    keep(body)
    turn(body, [(found[anchor(n)], lies) for n, lies in enumerate(parts.sideways) if anchor(n) in found])
    fresh([found[anchor(n)] for n in parts.fresh if anchor(n) in found], body)
    _language(template_.docx, properties["language"])
    for name, value in properties.items():
        setattr(template_.docx.core_properties, name, value)
    made = io.BytesIO()
    template_.docx.save(made)
    return made.getvalue()


class _Parts:
    """The context with headings that can be linked to and numbered parts that are built as XML."""

    def __init__(self, template: Any, look: Look, context: dict[str, Any]) -> None:
        self._word, self._look = template.docx, look
        self._blocks: list[tuple[dict[str, Any], int]] = []
        self.sideways: list[bool] = []
        self.fresh = [n for n, s in enumerate(context["sections"]) if s["new_page"]]
        self._headings = [(n, s["level"], f"{s['number']} {s['title']}") for n, s in enumerate(context["sections"]) if s["level"] <= 2]
        sections = []
        for n, section in enumerate(context["sections"]):
            turned = any(too_wide(b, look) for b in section["blocks"])
            self.sideways.append(turned)
            blocks = [self._numbered(b, look.sideways if turned else look.width) for b in section["blocks"]]
            title = section["title"]
            names = f"{anchor(n)} {title.ident}" if isinstance(title, Said) else anchor(n)
            sections.append({**section, "title": Said(str(title), names), "blocks": blocks})
        self.context = {**context, "sections": sections, "contents": Raw("contents", len(self._blocks))}

    def _numbered(self, block: dict[str, Any], width: int) -> dict[str, Any]:
        self._blocks.append((block, width))
        return {**{k: v for k, v in block.items() if k not in ("png", "uri")}, "content": Raw(block["kind"], len(self._blocks) - 1)}

    def elements(self, n: int) -> list[Any]:
        """The elements of the n-th numbered part."""
        return [etree.fromstring(xml, _STRICT) for xml in self._xml(n)]

    def _xml(self, n: int) -> list[str]:
        if n == len(self._blocks):
            return contents(self._headings, [self._look.ids["toc 1"], self._look.ids["toc 2"]])
        block, width = self._blocks[n]
        if block["kind"] == "picture":
            return [picture(self._word, block, n, self._look.ids["Auditkit Picture"], width)]
        return built(block, self._look, width)


def _roots(word: Any) -> list[Any]:
    """Headers, footers and footnotes as trees; docxtpl leaves footnotes as bytes, which become a part with a tree here."""
    found = []
    for rel in word.part.rels.values():
        if rel.reltype == RT.FOOTNOTES:
            part = rel.target_part
            tree: Any = etree.fromstring(part.blob, _STRICT)
            rel._target = XmlPart(part.partname, part.content_type, tree, part.package)
        if rel.reltype in (RT.HEADER, RT.FOOTER, RT.FOOTNOTES):
            found.append(rel.target_part.element)
    return found


def _language(word: Any, lang: str) -> None:
    for found in word.styles.element.iter(w("lang")):
        found.set(w("val"), {"ru": "ru-RU", "en": "en-GB"}[lang])
