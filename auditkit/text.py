"""Bytes from devices as text, and text that is safe to show. Every byte from a device is hostile."""

from __future__ import annotations

import re
import unicodedata

# cp1251 leaves one byte undefined, cp866 none: the last one always decodes, so the order decides.
_CYRILLIC = re.compile(r"[А-Яа-яЁё]")
_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C])
# Private use: the three characters that carry a statement's id through a template (reporting) never come from a device.
MARKS = dict.fromkeys([0xE000, 0xE001, 0xE002])


def decode(raw: bytes) -> str:
    """Bytes of unknown encoding as text: UTF-16 by its mark, UTF-8, else line by line cp1251 where that reads as Cyrillic.

    Bytes that mean nothing in any of them stay visible as ``\\xNN``; no character of the result is a surrogate.

    >>> decode("диск".encode("cp1251"))
    'диск'
    >>> decode(b"ok \\xff\\x01")
    'ok \\\\xff\\x01'
    """
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    try:
        return raw.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError:
        return "\n".join(_line(part) for part in raw.split(b"\n"))


def _line(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    high = [b for b in raw if b >= 0x80]
    if len(high) >= 2 and all(b >= 0xC0 or b in (0xA8, 0xB8) for b in high):  # letters only: cp1251 text
        text = raw.decode("cp1251", "replace")
        if _CYRILLIC.search(text):
            return text
    return raw.decode("utf-8", "backslashreplace")


def unsurrogate(text: str) -> str:
    """A lone surrogate (JSON can spell one) cannot be stored or sent: it stays visible as its escape.

    >>> unsurrogate("a\\ud800")
    'a\\\\ud800'
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8") if not text.isascii() else text


def inert(text: str, limit: int = 32_000) -> str:
    """Text that any document, page or terminal can show: no control, direction or private-mark character, and not endless.

    C0 and C1 controls except tab and line feed become visible U+FFFD; direction overrides and the marks vanish.

    >>> inert("a\\x1b[31mb\\u202e\\x00")
    'a\\ufffd[31mb\\ufffd'
    """
    if not (text.isascii() and text.isprintable()):
        text = unsurrogate(text).translate(_BIDI).translate(MARKS)
        text = "".join("\ufffd" if _unprintable(c) else c for c in text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _unprintable(c: str) -> bool:
    return (unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\n") or c in "\ufffe\uffff"


def one_line(text: str, limit: int = 300) -> str:
    """The same on one line, blanks folded: for messages and table cells.

    >>> one_line("a\\r\\n  b")
    'a b'
    """
    return inert(" ".join(text.split()), limit)
