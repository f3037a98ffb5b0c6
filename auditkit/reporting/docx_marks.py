"""The last pass over a built document: tokens become text in bookmarks, or the elements they stand for."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

from lxml import etree

from auditkit.reporting.docx_tokens import OPEN, TOKEN
from auditkit.reporting.docx_xml import NAMESPACES, OURS, marked, run, w

Texts = Sequence[tuple[str, tuple[str, ...]]]
Elements = Callable[[int], list[Any]]


def resolve(root: Any, texts: Texts, elements: Elements) -> None:
    """Put the words behind every token of this part in place, and the elements of raw tokens where their paragraph stands.

    Raises ValueError where a token stands in a place that holds no text.
    """
    hosts: dict[Any, list[int]] = {}
    for t in [t for t in root.iter(w("t")) if t.text and TOKEN.search(t.text)]:
        _resolve(t, texts, hosts)
    for paragraph, raw in hosts.items():
        _replace(paragraph, [e for n in raw for e in elements(n)])
    for element in root.iter(etree.Element):
        for name, value in element.attrib.items():
            if TOKEN.search(value):
                element.set(name, TOKEN.sub(lambda m: texts[int(m[2])][0] if m[1] == OPEN else "", value))


def _replace(paragraph: Any, elements: list[Any]) -> None:
    """Elements in place of a paragraph that held nothing else; after one that did."""
    if any((t.text or "").strip() for t in paragraph.iter(w("t"))):
        for element in reversed(elements):
            paragraph.addnext(element)
        return
    for element in elements:
        paragraph.addprevious(element)
    paragraph.getparent().remove(paragraph)


def _resolve(t: Any, texts: Texts, hosts: dict[Any, list[int]]) -> None:
    old = t.getparent()
    paragraph = next((a for a in t.iterancestors(w("p"))), None)
    if old.tag != w("r") or paragraph is None:
        raise ValueError(f"a text stands outside a run, in <{etree.QName(old).localname}>")
    pieces = TOKEN.split(t.text)
    raw = [int(n) for kind, n in zip(pieces[1::3], pieces[2::3], strict=True) if kind != OPEN]
    if raw:
        hosts.setdefault(paragraph, []).extend(raw)
    for new in _runs(old, t, pieces, texts):
        old.addprevious(new)
    old.getparent().remove(old)


def _runs(old: Any, t: Any, pieces: list[str], texts: Texts) -> list[Any]:
    """The run split at its tokens: what stood before and after the text in it goes into runs of its own."""
    properties = old.find(w("rPr"))
    before = [e for e in t.itersiblings(preceding=True) if e is not properties][::-1]
    after = list(t.itersiblings())
    made = [_run_of(before, properties)] if before else []
    for i in range(0, len(pieces), 3):
        if pieces[i]:
            made += _parsed(run(pieces[i]), properties)
        if i + 2 < len(pieces) and pieces[i + 1] == OPEN:
            text, names = texts[int(pieces[i + 2])]
            made += _parsed(marked(run(text), names), properties)
    return made + ([_run_of(after, properties)] if after else [])


def _run_of(elements: list[Any], properties: Any) -> Any:
    made = etree.Element(w("r"))
    if properties is not None:
        made.append(copy.deepcopy(properties))
    made.extend(elements)
    return made


def _parsed(xml: str, properties: Any) -> list[Any]:
    made = list(etree.fromstring(f"<x {NAMESPACES}>{xml}</x>", etree.XMLParser(huge_tree=True, resolve_entities=False)))
    for element in made:
        if element.tag == w("r") and properties is not None:
            element.insert(0, copy.deepcopy(properties))
    return made


def settle(roots: Sequence[Any], first: int = 20_000) -> None:
    """Number our bookmarks in all parts: unique numbers, and unique names (ak_…_7), for one statement may be printed many times.

    A heading's bookmark keeps its name the first time: the contents lead there.
    """
    n, seen = first, set()
    for root in roots:
        opened: list[int] = []
        for element in list(root.iter(w("bookmarkStart"), w("bookmarkEnd"))):
            if element.get(w("id")) != OURS:
                continue
            if element.tag == w("bookmarkEnd"):
                element.set(w("id"), str(opened.pop()))
                continue
            n += 1
            name = element.get(w("name"))
            element.set(w("id"), str(n))
            element.set(w("name"), f"{name}_{n}" if name.startswith("ak_") or name in seen else name)
            seen.add(name)
            opened.append(n)
