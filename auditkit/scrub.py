"""The catch-all for secrets: what no reader marked and still looks like one is cut from every text that leaves a probe."""

from __future__ import annotations

import re

CUT = "‹secret›"
_VALUE = r"(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s'\"&;,|<>]+)"
_WORD = r"passw(?:or)?d|passwd|passphrase|secret|api[_-]?key|access[_-]?key|auth[_-]?token|token|пароль"
_NAME = rf"(?:[\w.-]*(?:{_WORD})|mysql_pwd|psk)"
_NAMED = (
    "passw", "passphrase", "secret", "token", "api_key", "api-key", "apikey", "access_key", "access-key", "accesskey", "пароль",
    "mysql_pwd", "psk",
)  # fmt: skip
_MYSQL = ("mysql", "mariadb", "xtrabackup")
_HASHES = ("$1$", "$2", "$5$", "$6$", "$7$", "$y$", "$gy$", "$apr1$")
# (words one of which must be there, in lower case; pattern). Each pattern has one group "s": the secret itself. Linear by
# construction: no nested quantifiers.
_PATTERNS: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = tuple(
    (needles, re.compile(p, re.I))
    for needles, p in (
        (_NAMED, rf"(?<![\w-])-{{0,2}}{_NAME}[\"']?\s?:?=\s?(?P<s>{_VALUE})"),  # password=…, PGPASSWORD=…
        (_NAMED, rf"(?<![\w-])(?!passwd:){_NAME}[\"']?\s?:\s(?P<s>{_VALUE})"),  # token: …, but not nsswitch's passwd:
        (_NAMED, rf"(?<!\S)--?{_NAME}\s(?P<s>(?!-){_VALUE})"),  # --password …
        (("://",), r"\b[a-z][a-z0-9+.-]{1,15}://[^\s/:@]{0,64}:(?P<s>[^\s/@]{1,256})@"),  # scheme://user:secret@host
        (("sshpass",), r"\bsshpass\s-p\s?(?P<s>\S+)"),
        (_MYSQL, r"\b(?:mysql|mysqldump|mariadb|mariadb-dump|mysqladmin|xtrabackup)\b[^\n|;]{0,300}?\s-p(?P<s>[^\s-]\S*)"),
        (("curl", "wget"), r"\b(?:curl|wget)\b[^\n|;]{0,300}?\s(?:-u|--user)[\s=](?P<s>\S+:\S+)"),
        (("smbclient",), r"\bsmbclient\b[^\n|;]{0,300}?\s-U\s?\S{1,64}%(?P<s>\S+)"),
        (("authorization",), r"\bauthorization:\s?(?:basic|bearer)\s(?P<s>\S+)"),
        (
            ("akia", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "xox"),
            r"\b(?P<s>AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[abprs]-[A-Za-z0-9-]{10,72})\b",
        ),
        (("age-secret",), r"\b(?P<s>AGE-SECRET-KEY-1[0-9A-Z]{58})\b"),
        (_HASHES, r"(?P<s>\$(?:1|2[aby]|5|6|7|y|gy|apr1)\$[./A-Za-z0-9$=,]{8,200})"),  # crypt(5)
        (("private key",), r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?P<s>[^-]*)"),
    )
)
# Every pattern needs one of these characters, but the last few, which are long.
_SUSPECT = re.compile(r"[\s=:$]")
_LONG = 20
_TOKEN = re.compile(r"AKIA|gh[pousr]_|xox[abprs]-|AGE-SECRET", re.I)
_NEEDLES = tuple(dict.fromkeys(n for needles, _ in _PATTERNS for n in needles))
_NEEDLE = re.compile("|".join(map(re.escape, _NEEDLES)))
_BIG = 2000  # characters; above that only the lines around a needle are looked at
# Values that configure a secret without being one.
_HARMLESS = re.compile(
    r"^[\"']?(?:yes|no|true|false|on|off|none|null|required|optional|sufficient|x|\*+|!+|‹secret›"
    r"|\$\{?\w+\}?|%\(?\w+\)?s?|<\w+>|/[\w./-]+)?[\"']?$",
    re.I,
)


def scrub(text: str) -> str:
    """The text with everything that looks like a secret cut out. Idempotent.

    >>> scrub("pg_dump postgresql://audit:S3cret@db/zup")
    'pg_dump postgresql://audit:‹secret›@db/zup'
    >>> scrub("mysqldump -u root -pHunter2 shop")
    'mysqldump -u root -p‹secret› shop'
    >>> scrub("PasswordAuthentication yes")
    'PasswordAuthentication yes'
    """
    if not _SUSPECT.search(text) and (len(text) < _LONG or not _TOKEN.search(text)):
        return text
    if len(text) <= _BIG:
        low = text.lower()
        return _cut_all(text, low) if _NEEDLE.search(low) else text
    return _by_lines(text)


def _cut_all(text: str, low: str) -> str:
    for needles, pattern in _PATTERNS:
        if any(n in low for n in needles):
            text = pattern.sub(_cut, text)
    return text


def _by_lines(text: str) -> str:
    """A long text: only lines that hold a needle are read closely. What spans lines (a private key) makes it read as a whole."""
    low = text.lower()
    present = [n for n in _NEEDLES if n in low]
    if not present:
        return text
    if "private key" in present or len(low) != len(text):  # some letters grow in lower case: then places do not agree
        return _cut_all(text, low)
    parts: list[str] = []
    done = 0
    for start, end in _spans(low, present):
        parts += [text[done:start], _cut_all(text[start:end], low[start:end])]
        done = end
    return "".join([*parts, text[done:]])


def _spans(low: str, present: list[str]) -> list[tuple[int, int]]:
    """(start, end) of the lines that hold one of the needles, in order, each once."""
    found: set[tuple[int, int]] = set()
    for needle in present:
        at = low.find(needle)
        while at >= 0:
            end = low.find("\n", at)
            end = len(low) if end < 0 else end
            found.add((low.rfind("\n", 0, at) + 1, end))
            at = low.find(needle, end)
    return sorted(found)


def _cut(m: re.Match[str]) -> str:
    if _HARMLESS.match(m["s"]):
        return m[0]
    start, end = m.span("s")
    return m[0][: start - m.start()] + CUT + m[0][end - m.start() :]


def holds_secret(text: str) -> bool:
    """True where `scrub` would cut something: such bytes are stored encrypted only, whatever their probe declared."""
    return scrub(text) != text
