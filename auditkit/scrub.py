"""The catch-all for secrets: what no reader marked and still looks like one is cut from every text that leaves a probe."""

from __future__ import annotations

import re

CUT = "‹secret›"
_VALUE = r"(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s'\"&;,|<>]+)"
_WORD = r"passw(?:or)?d|passwd|passphrase|secret|api[_-]?key|access[_-]?key|auth[_-]?token|token|пароль"
_NAME = rf"(?:[\w.-]*(?:{_WORD})|mysql_pwd|psk)"
# Each pattern has one group "s": the secret itself. Linear by construction: no nested quantifiers.
_PATTERNS = tuple(
    re.compile(p, re.I)
    for p in (
        rf"(?<![\w-])-{{0,2}}{_NAME}[\"']?\s?:?=\s?(?P<s>{_VALUE})",                           # password=…, PGPASSWORD=…
        rf"(?<![\w-])(?!passwd:){_NAME}[\"']?\s?:\s(?P<s>{_VALUE})",                            # token: …, but not nsswitch's passwd:
        rf"(?<!\S)--?{_NAME}\s(?P<s>(?!-){_VALUE})",                                            # --password …
        r"\b[a-z][a-z0-9+.-]{1,15}://[^\s/:@]{0,64}:(?P<s>[^\s/@]{1,256})@",                    # scheme://user:secret@host
        r"\bsshpass\s-p\s?(?P<s>\S+)",
        r"\b(?:mysql|mysqldump|mariadb|mariadb-dump|mysqladmin|xtrabackup)\b[^\n|;]{0,300}?\s-p(?P<s>[^\s-]\S*)",
        r"\b(?:curl|wget)\b[^\n|;]{0,300}?\s(?:-u|--user)[\s=](?P<s>\S+:\S+)",
        r"\bsmbclient\b[^\n|;]{0,300}?\s-U\s?\S{1,64}%(?P<s>\S+)",
        r"\bauthorization:\s?(?:basic|bearer)\s(?P<s>\S+)",
        r"\b(?P<s>AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[abprs]-[A-Za-z0-9-]{10,72})\b",
        r"\b(?P<s>AGE-SECRET-KEY-1[0-9A-Z]{58})\b",
        r"(?P<s>\$(?:1|2[aby]|5|6|7|y|gy|apr1)\$[./A-Za-z0-9$=,]{8,200})",                      # crypt(5) hashes
        r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?P<s>[^-]*)",
    )
)
_HINT = re.compile(r"pass|pwd|psk|secret|token|key|парол|://|authorization|-p|-u|-U|\$|AKIA|gh[pousr]_|xox", re.I)
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
    if not _HINT.search(text):
        return text
    for pattern in _PATTERNS:
        text = pattern.sub(_cut, text)
    return text


def _cut(m: re.Match[str]) -> str:
    if _HARMLESS.match(m["s"]):
        return m[0]
    start, end = m.span("s")
    return m[0][: start - m.start()] + CUT + m[0][end - m.start() :]


def holds_secret(text: str) -> bool:
    """True where `scrub` would cut something: such bytes are stored encrypted only, whatever their probe declared."""
    return scrub(text) != text
