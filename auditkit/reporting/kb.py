"""The knowledge base: a page an asset, search, no outside request; it opens from disk. Secrets never reach a page."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2

from auditkit import resources
from auditkit.assessment import Assessment
from auditkit.errors import TemplateError
from auditkit.i18n import Lang, text
from auditkit.reporting.html_build import environment
from auditkit.reporting.kb_pages import Page, pages
from auditkit.text import inert
from auditkit.workspace.files import trouble

FILES = ("kb.css", "kb.js", "minisearch.js", "minisearch.LICENSE.txt")
MOST_SEARCHED = 20_000  # characters of one page that are searched


def write_kb(a: Assessment, lang: Lang, out: Path) -> Path:
    """Write all pages beside each other in `out`; -> its index.html. The folder is replaced as a whole, never half.

    Raises UsageError where it cannot be written, TemplateError where the template cannot be used.
    """
    made = list(pages(a, lang))
    menu = [
        {"title": text(lang, "kb.menu"), "links": [_link(p) for p in made if not p.asset]},
        {"title": text(lang, "kb.assets"), "links": [_link(p) for p in made if p.asset]},
    ]
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as e:
        raise trouble(out, e, "made") from e
    try:
        _fill(fresh, a, lang, made, menu)
        _swap(fresh, out)
    except OSError as e:
        raise trouble(out, e) from e
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return out / "index.html"


def _fill(folder: Path, a: Assessment, lang: Lang, made: list[Page], menu: list[dict[str, Any]]) -> None:
    template = _template()
    common = {"lang": lang, "client": inert(a.client), "dated": _dated(a, lang), "menu": menu}
    for page in made:
        search = {"placeholder": text(lang, "kb.search"), "none": text(lang, "kb.search_none")} if page.href == "index.html" else None
        body = template.render(**common, title=page.title, blocks=page.blocks, search=search)
        (folder / page.href).write_text(body, encoding="utf-8", newline="\n")
    (folder / "pages.js").write_text(f"var AUDITKIT_PAGES = {_script(list(_searched(made)))};\n", encoding="utf-8", newline="\n")
    for name in FILES:
        (folder / name).write_bytes((resources.builtin("report_templates") / "kb" / name).read_bytes())
    folder.chmod(0o755)


def _swap(fresh: Path, out: Path) -> None:
    """Put the new folder in the place of the old one."""
    if out.is_dir():
        old = out.with_name(f".{out.name}.old-{hashlib.sha256(fresh.name.encode()).hexdigest()[:8]}")
        out.rename(old)
        fresh.rename(out)
        shutil.rmtree(old)
    else:
        fresh.rename(out)


def _template() -> jinja2.Template:
    source = resources.builtin("report_templates") / "kb" / "page.html"
    try:
        made: jinja2.Template = environment().from_string(source.read_text(encoding="utf-8"))
        return made
    except jinja2.TemplateSyntaxError as e:
        raise TemplateError(f"{source}:{e.lineno}: {e.message}") from e


def _dated(a: Assessment, lang: Lang) -> str:
    return text(lang, "kb.dated", {"at": a.snapshot.opened.isoformat(), "snapshot": a.snapshot.id, "tool": a.snapshot.tool})


def _link(page: Page) -> dict[str, str]:
    return {"href": page.href, "title": page.title}


def _searched(made: list[Page]) -> Iterator[dict[str, Any]]:
    for n, page in enumerate(made):
        words = re.sub(r"\s+", " ", page.searched())
        yield {"id": n, "title": page.title, "href": page.href, "text": words[:MOST_SEARCHED]}


def _script(value: object) -> str:
    """JSON that is a script too: `</script>`, `<!--` and the line separators of JavaScript cannot appear in it."""
    made = json.dumps(value, ensure_ascii=False)
    for bad in "<>&\u2028\u2029":
        made = made.replace(bad, f"\\u{ord(bad):04x}")
    return made
