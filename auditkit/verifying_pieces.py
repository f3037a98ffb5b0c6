"""What stands around the statements of a file, piece by piece: every other text, and in a page its markup too."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Piece:
    """text: without needless spaces; markup: a tag or a style, not read as text; location: for a reader."""

    text: str
    location: str
    markup: bool = False


@dataclass(slots=True)
class Around:
    """ordered: in the order of the file. anywhere: headers, footers and notes, of which a program that saves the file may make more.

    pictures: how many there are; what they show is not compared.
    """

    ordered: list[Piece] = field(default_factory=list)
    anywhere: list[Piece] = field(default_factory=list)
    pictures: int = 0


def plain(text: str) -> str:
    """One line, single spaces.

    >>> plain(" a\\n\\tb ")
    'a b'
    """
    return " ".join(text.split())
