"""The line about itself in the properties of an Office file (ECMA-376 part 2, 11: core properties)."""

from __future__ import annotations

import zipfile
from pathlib import Path

from lxml import etree

from auditkit.reporting.packages import parser, part_of


def line_in_office(path: Path, found: zipfile.ZipFile) -> str:
    """The line, or "". It stands in two properties, for LibreOffice keeps only the keywords. Raises UsageError."""
    root = etree.fromstring(part_of(path, found, "docProps/core.xml"), parser())
    lines = [(e.text or "").strip() for e in root if isinstance(e.tag, str) and etree.QName(e).localname in ("identifier", "keywords")]
    return next((line for line in lines if line.startswith("auditkit:")), "")
