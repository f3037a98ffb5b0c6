"""Pages: one file, no script, no request, every statement with its id; a broken template is named."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from auditkit.errors import TemplateError, UsageError
from auditkit.reporting.cells import ident
from auditkit.reporting.document import Document, statements
from auditkit.reporting.html import html_of, write_html
from auditkit.reporting.reading import said_in
from auditkit.reporting.words import words
from tests.reporting.conftest import saying
from tests.reporting.sample import document


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_the_whole_sample_says_what_it_says(sample: Document, tmp_path: Path, lang: str) -> None:
    write_html(sample, lang, tmp_path / "a.html")  # type: ignore[arg-type]
    assert {s.id: s.text for s in said_in(tmp_path / "a.html")} == {ident(s): words(s, lang) for _, s in statements(sample)}  # type: ignore[arg-type]


def test_headings_and_anchors(sample: Document) -> None:
    page = html_of(sample, "ru")
    anchors = set(re.findall(r'href="#([^"]+)"', page))
    assert anchors == {s.id for s in sample.sections}
    assert anchors <= set(re.findall(r'\bid="([^"]+)"', page))
    assert '<html lang="ru">' in page
    assert '<h3><span class="n">Б.1</span>Термины</h3>' in page


def test_pictures_have_words_for_those_who_cannot_see_them(sample: Document) -> None:
    assert re.findall(r'<img src="data:image/(png|svg\+xml);base64,[^"]+" alt="([^"]+)"', html_of(sample, "en")) == [
        ("png", "How full disks are"), ("png", "Age of servers"), ("svg+xml", "The network: provider, gateway, switch, servers, storage in the branch"),  # noqa: E501
    ]  # fmt: skip


def test_a_browser_asks_the_network_for_nothing(tmp_path: Path) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    asked: list[str] = []

    class Trap(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Trap) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        trap = f"http://127.0.0.1:{server.server_port}"
        texts = (
            f"<img src={trap}/a>", f'"><script src="{trap}/b"></script>', f"<link rel=stylesheet href={trap}/c>", f"url({trap}/d)",
            f"<iframe src={trap}/e>", f"</style><img src={trap}/f>", f"<svg onload=fetch('{trap}/g')>",
        )  # fmt: skip
        write_html(saying(*texts), "ru", tmp_path / "a.html")
        bait = (
            (tmp_path / "a.html")
            .read_text()
            .replace("</body>", f"<img src='{trap}/bait'></body>")
            .replace("default-src 'none'", "default-src *")
            .replace("img-src data:", "img-src *")
        )
        (tmp_path / "bait.html").write_text(bait)
        for name in ("a", "bait"):
            command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / name}"]
            command += ["--virtual-time-budget=3000", "--dump-dom", (tmp_path / f"{name}.html").as_uri()]
            subprocess.run(command, capture_output=True, timeout=120, check=True)
        server.shutdown()
    assert asked == ["/bait"]  # the trap works, and nothing else fell into it


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ clinet }}", "'clinet' is undefined"),
        ("a\n{% if title %}", ": line 2: a tag is written wrongly: Unexpected end of template"),
        ("{{ title.__class__.__mro__ }}", "unsafe"),
        ("{% include 'x' %}", "no loader"),
        ("{% for a in range(10**9) %}{% endfor %}", "Range too big"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ meta.update({}) }}", "unsafe"),
    ],
)
def test_a_bad_template_is_named_with_what_is_wrong(template: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "report_templates").mkdir()
    (tmp_path / "report_templates" / "audit.html").write_text(template)
    with pytest.raises(TemplateError, match=rf"report_templates/audit\.html.*{said}"):
        write_html(document(1), "ru", tmp_path / "a.html", tmp_path)
    assert not list(tmp_path.glob("*a.html*"))


def test_a_template_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "report_templates").mkdir()
    (tmp_path / "report_templates" / "audit.html").write_bytes(b"\xff\xfe\xd8")
    with pytest.raises(TemplateError, match="it is no UTF-8 text"):
        html_of(document(1), "ru", tmp_path)


def test_it_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the folder does not exist"):
        write_html(document(1), "ru", tmp_path / "no" / "a.html")
