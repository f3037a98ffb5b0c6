"""Diagrams by Graphviz: labels of strangers are labels; without Graphviz there is a notice."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from lxml import etree

from auditkit.reporting import graph
from auditkit.reporting.document import Note, Picture, label
from auditkit.reporting.graph import Edge, Node, draw, source
from auditkit.reporting.words import shown, words
from tests.reporting.strange import HOSTILE

ALT = label("doc.picture")


def texts(picture: Picture) -> list[str]:
    root = etree.fromstring(picture.svg or b"", etree.XMLParser(resolve_entities=False))
    return ["".join(str(part) for part in t.itertext()).replace("\xa0", " ") for t in root.iter("{http://www.w3.org/2000/svg}text")]


def test_boxes_and_arrows(dot: str) -> None:
    made = draw([Node("a", ("Шлюз", "gw1"), "good", "Офис"), Node("b", ("Сервер",))], [Edge("a", "b", "питает", doubtful=True)], alt=ALT)
    assert isinstance(made, Picture)
    assert sorted(texts(made)) == ["gw1", "Офис", "Сервер", "Шлюз", "питает"]
    assert (made.svg or b"").startswith(b"<svg")


@pytest.mark.parametrize("name", [n for n in HOSTILE if n not in ("long", "long words", "astral long")])
def test_labels_of_strangers_are_labels(name: str, dot: str) -> None:
    made = draw([Node('"]; evil [label="', (HOSTILE[name],), group=HOSTILE[name])], [], alt=ALT)
    assert isinstance(made, Picture)
    line = " ".join(shown(HOSTILE[name]).split())
    wanted = line if len(line) <= 60 else line[:59] + "…"
    assert [t.strip() for t in texts(made)] == [wanted, wanted]


def test_a_label_without_end_is_cut(dot: str) -> None:
    made = draw([Node("a", ("A" * 1_000_000,))], [], alt=ALT)
    assert isinstance(made, Picture)
    assert texts(made) == ["A" * 59 + "…"]


def test_an_edge_to_nowhere_is_an_error() -> None:
    with pytest.raises(ValueError, match="edges lead to nodes that are none: b"):
        source([Node("a", ("a",))], [Edge("a", "b")])


def test_without_graphviz_there_is_a_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    made = draw([Node("a", ("a",))], [], alt=ALT)
    assert isinstance(made, Note)
    assert made.tone == "unknown"
    assert words(made.text, "ru").startswith("Схема не нарисована: программа dot (Graphviz) не найдена; установите пакет graphviz")


@pytest.mark.parametrize(
    ("script", "said"), [("echo no memory >&2; exit 1", "(no memory)"), ("exec sleep 60", "(1 s)"), ("exit 0", "(exit code 0)")]
)
def test_a_graphviz_that_fails_is_a_notice_with_the_reason(script: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "dot"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(graph, "SECONDS", 1.0)
    made = draw([Node("a", ("a",))], [], alt=ALT)
    assert isinstance(made, Note)
    assert said in words(made.text, "en")


def test_a_large_graph_is_drawn_in_time(dot: str) -> None:
    nodes = [Node(str(n), (f"host {n}",)) for n in range(500)]
    made = draw(nodes, [Edge(str(n), str(n * 7 % 500)) for n in range(1, 500)], alt=ALT)
    assert isinstance(made, Picture)
    assert len(texts(made)) == 500
