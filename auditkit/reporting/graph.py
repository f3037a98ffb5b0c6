"""Diagrams by Graphviz, in a process of its own with a deadline. Without Graphviz there is a notice instead of a picture."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from auditkit.reporting.document import Cell, Label, Note, Picture, Tone, label
from auditkit.reporting.tones import COLOURS, INK
from auditkit.reporting.words import shown

SECONDS = 30.0
LARGE = 120          # nodes: above that `dot` takes minutes (500 nodes and 1,200 edges passed 120 s), `sfdp` a second
_LABEL = 60


@dataclass(frozen=True, slots=True)
class Node:
    """A box. lines: what stands in it; group: nodes of one group stand in one frame."""

    id: str
    lines: tuple[str, ...]
    tone: Tone = "plain"
    group: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow; doubtful: broken (declared or guessed, not seen)."""

    start: str
    end: str
    words: str = ""
    doubtful: bool = False


def source(nodes: Sequence[Node], edges: Sequence[Edge], direction: Literal["LR", "TB"] = "LR") -> str:
    """The graph in the DOT language. Raises ValueError for an edge to a node that is none."""
    names = {node.id: f"n{k}" for k, node in enumerate(nodes)}
    lost = sorted({end for edge in edges for end in (edge.start, edge.end)} - names.keys())
    if lost:
        raise ValueError(f"edges lead to nodes that are none: {', '.join(lost[:5])}")
    lines = [
        "digraph g {",
        f'graph [rankdir={direction}, fontname="DejaVu Sans", fontsize=10, overlap=prism, splines=true, nodesep=0.25, ranksep=0.5];',
        'node [shape=box, style="rounded,filled", fontname="DejaVu Sans", fontsize=10, penwidth=0.8, margin="0.12,0.06"];',
        'edge [color="#7C8794", arrowsize=0.6, fontname="DejaVu Sans", fontsize=8, fontcolor="#5B6675"];',
    ]
    for k, group in enumerate(dict.fromkeys(node.group for node in nodes)):
        boxes = [_node(names[n.id], n) for n in nodes if n.group == group]
        frame = [f"subgraph cluster_{k} {{ label={_quoted(group)}; color=\"#C9D2DC\"; fontcolor=\"#5B6675\";", *boxes, "}"]
        lines += frame if group else boxes
    for edge in edges:
        style = ", style=dashed" if edge.doubtful else ""
        lines.append(f"{names[edge.start]} -> {names[edge.end]} [label={_quoted(edge.words)}{style}];")
    return "\n".join([*lines, "}"])


def _node(name: str, node: Node) -> str:
    label = "\\n".join(_escaped(line) for line in node.lines)
    return f'{name} [label="{label}", fillcolor="#{COLOURS[node.tone]}", color="#{INK[node.tone]}", fontcolor="#{INK[node.tone]}"];'


def _escaped(text: str) -> str:
    line = " ".join(shown(text).split())
    line = line if len(line) <= _LABEL else line[: _LABEL - 1] + "…"
    return line.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")  # dot reads entities in labels


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def draw(
    nodes: Sequence[Node], edges: Sequence[Edge], *, alt: Cell, caption: Cell | None = None, direction: Literal["LR", "TB"] = "LR"
) -> Picture | Note:
    """The picture (PNG and SVG), or a note that says why there is none. Raises ValueError for an edge to a node that is none."""
    dot = source(nodes, edges, direction)
    if shutil.which("dot") is None:
        return Note(label("notice.no_graphviz"), "unknown")
    engine = "sfdp" if len(nodes) > LARGE else "dot"
    svg = _run(dot, engine, "svg")
    if isinstance(svg, Label):
        return Note(svg, "unknown")
    png = _run(dot, engine, "png")
    if isinstance(png, Label):
        return Note(png, "unknown")
    return Picture(png, alt, caption, svg[svg.index(b"<svg") :])


def _run(dot: str, engine: str, kind: str) -> bytes | Label:
    try:
        command = ["dot", f"-K{engine}", f"-T{kind}", "-Gdpi=150" if kind == "png" else "-Gdpi=72"]
        done = subprocess.run(command, input=dot.encode(), capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return label("notice.graph_failed", why=f"{SECONDS:.0f} s")
    except OSError as e:
        return label("notice.graph_failed", why=e.strerror or str(e))
    if done.returncode != 0 or not done.stdout:
        said = shown(done.stderr.decode(errors="replace").strip()[-200:])
        return label("notice.graph_failed", why=said or f"exit code {done.returncode}")
    return done.stdout
