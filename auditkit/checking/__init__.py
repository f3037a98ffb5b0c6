"""Checklists: questions put to every client as data, and the verdicts they give on a book."""

from auditkit.checking.grammar import lint_fragment
from auditkit.checking.items import Checklist, Item, Part, Text, load_checklists
from auditkit.checking.reach import without_rules
from auditkit.checking.run import CheckVerdict, ObjectRow, check

__all__ = ["CheckVerdict", "Checklist", "Item", "ObjectRow", "Part", "Text", "check", "lint_fragment", "load_checklists", "without_rules"]
