"""The catch-all for secrets: what no reader marked and still looks like one is cut from every text that leaves a probe."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditkit.scrub_sieve import caught, sieve, widened
from auditkit.scrub_table import ROWS, by_program
from auditkit.text import decode

CUT = "‹secret›"
_VALUE = r"(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s'\"&;,|<>]+)"
_WORD = r"passw(?:or)?d|passwd|passphrase|secret|api[_-]?key|access[_-]?key|secret[_-]?key|auth[_-]?token|token|пароль"
_SHORT = r"(?<!by)(?<!com)(?<!tres)(?:pass|pwd|psk)|(?<=[_.-])pw"
_NAME = rf"(?:[\w.-]*(?:{_WORD}|{_SHORT}))"
_NAMED = (
    "pass", "pwd", "psk", "_pw", "-pw", ".pw", "secret", "token", "api_key", "api-key", "apikey", "access_key", "access-key", "accesskey",
    "пароль",
)  # fmt: skip
_PIPED = ("| sudo", "|sudo", "| kinit", "|kinit", "chpasswd", "| passwd", "| cryptsetup", "smbpasswd", "passwd --stdin")
_HASHES = ("$1$", "$2", "$5$", "$6$", "$7$", "$y$", "$gy$", "$apr1$")
_NO_SENTENCE = r"(?!(?:authentication|file|policy|hash|hashes|for|has|is|was|will|must|expir\w*|change[ds]?|incorrect|require[ds]?)\b)"
_TOKENS = (
    r"AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[abprs]-[A-Za-z0-9-]{10,72}|glpat-[\w-]{16,64}|hvs\.[\w-]{20,200}"
    r"|github_pat_\w{22,100}|AIza[\w-]{35}|npm_[A-Za-z0-9]{36}"
)
# (words one of which must be there, in lower case; pattern). Each pattern has one group "s": the secret itself. Linear by
# construction: no nested quantifiers.
_PATTERNS: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = tuple(
    (needles, re.compile(p, re.I | re.M))
    for needles, p in (
        # password=…, PGPASSWORD=…, 'password' => …; PWD=/root is the shell's folder
        (_NAMED, rf"(?<![\w-])(?!(?:old)?pwd=/)-{{0,2}}{_NAME}[\"']?\]?\s?:?=>?\s?(?P<s>{_VALUE})"),
        (_NAMED, rf"(?<![\w-])(?!passwd:){_NAME}[\"']?\s?:[ \t]{{1,8}}(?P<s>{_VALUE})"),  # token: …, but not nsswitch's passwd:
        (("passwd:",), rf"(?<![\w-])passwd:[ \t]{{1,8}}(?P<s>{_VALUE})$"),
        # --password …, but not --no-password or --ask-pass
        (_NAMED, rf"(?<!\S)(?!--?(?:no|skip|ask)-)(?!-pw\s)--?{_NAME}[ \t](?P<s>(?!-){_VALUE})"),
        (_NAMED, rf"(?<!\S)/(?:password|passwd|pass|pwd):(?P<s>{_VALUE})"),
        # configuration: requirepass …, enable secret 5 …, netrc's login u password …
        (_NAMED, r"^[\s#;]{0,40}(?:requirepass|masterauth|auth_pass|password|passphrase)[ \t]{1,40}"
                 rf"{_NO_SENTENCE}(?P<s>{_VALUE});?[ \t]*$"),
        (_NAMED, rf"\b(?:enable|username[ \t]\S{{1,64}}|login[ \t]\S{{1,64}}|privilege[ \t]\d+)[ \t](?:secret|password)[ \t](?:\d[ \t])?"
                 rf"{_NO_SENTENCE}(?P<s>{_VALUE})"),
        (("masterauth",), rf"\bmasterauth[ \t](?P<s>{_VALUE})"),
        # scheme://user:secret@host; with a "/" in it as well, unless that is a port and a path
        (("://",), r"\b[a-z][a-z0-9+.-]{1,15}://[^\s/:@\[]{0,64}:(?P<s>[^\s/\"'<>]{1,256}|(?!\d{1,5}[/,])[^\s@\"'<>]{1,256})@"),
        # echo secret | sudo -S, echo user:secret | chpasswd
        (_PIPED, rf"\b(?:echo|printf)[ \t](?:-\w{{1,3}}[ \t])?(?P<s>{_VALUE})[ \t]{{0,4}}\|[ \t]{{0,4}}"
          r"(?:sudo[^|\n]{0,80}?[ \t]-\w{0,8}S|(?:sudo[ \t])?(?:\S{1,40}/)?(?:kinit|chpasswd|passwd|smbpasswd|cryptsetup)\b)"),
        (("authorization",), r"\bauthorization:\s?(?:basic|bearer)\s(?P<s>\S+)"),
        (
            ("akia", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "xox", "glpat-", "hvs.", "github_pat_", "aiza", "npm_"),
            rf"\b(?P<s>{_TOKENS})(?![A-Za-z0-9])",
        ),
        ((":aa",), r"(?<!\d)\d{8,10}:(?P<s>AA[\w-]{30,40})\b"),  # a Telegram bot's
        (("age-secret",), r"\b(?P<s>AGE-SECRET-KEY-1[0-9A-Z]{58})\b"),
        (_HASHES, r"(?P<s>\$(?:1|2[aby]|5|6|7|y|gy|apr1)\$[./A-Za-z0-9$=,]{8,200})"),  # crypt(5)
        (("private key",), r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?P<s>[^-]*)"),
    )
)  # fmt: skip
_PROGRAMS = by_program()
# The arguments of a program: to the end of the command, quoted text in one piece.
_ARGUMENTS = re.compile(r"(?:[^\n|;&\"'<]|<{3}|\"[^\"\n]{0,400}\"|'[^'\n]{0,400}')*")
_BEFORE = re.compile(r"[^\w.-]")
_BEHIND = re.compile(r"(?:\.exe)?[\"']?(?=\s)")
_FOLDERS = str.maketrans("/\\\"'", "    ")
# Every pattern needs one of these characters, but the last few, which are long.
_SUSPECT = re.compile(r"[\s=:$]")
# One of these stands in every command line that hands a secret to a program of the table.
_OPTIONS = (
    " -", " /", "<<<", "expect ", "rabbitmqctl ", "nmcli ", "mc alias ", "wpa_passphrase ", "mysqladmin ", "mariadb-admin ",
    "sqlplus ", "expdp ", "impdp ", "rman ", "net use ", "net.exe use ", "net user ", "net.exe user ",
)  # fmt: skip
_LONG = 20
_TOKEN = re.compile(r"AKIA|gh[pousr]_|xox[abprs]-|AGE-SECRET|glpat-|hvs\.|github_pat_|AIza|npm_", re.I)
_ALL_NEEDLES = tuple(dict.fromkeys(n for needles, _ in _PATTERNS for n in needles))
_NEEDLES = tuple(n for n in _ALL_NEEDLES if not any(other != n and other in n for other in _ALL_NEEDLES))
# By first letter: so the search looks closely at few places.
_RESTS = {c: "|".join(re.escape(n[1:]) for n in _NEEDLES if n[0] == c) for c in {n[0] for n in _NEEDLES}}
_NEEDLE = re.compile("|".join(f"{re.escape(c)}(?:{rests})" for c, rests in sorted(_RESTS.items())))
# Whatever a pattern above meets; and a program of the table with one of its options behind it on the line (`_arguments` ends there).
_SIEVES = (
    sieve(pattern.pattern for _, pattern in _PATTERNS),
    sieve(rf"(?<![\w.-])(?:{'|'.join(programs.split())})(?:\.exe)?[\"']?(?:\s[^\n]*)?{widened(option)}" for programs, option in ROWS),
)
_BIG = 2000  # characters; above that only the lines around a needle are looked at
# Values that configure a secret without being one.
_HARMLESS = re.compile(
    r"^[\"']?(?:yes|no|true|false|on|off|none|null|required|requisite|pam_\w+\.so|optional|sufficient|include|substack|prompt|stdin|x|\*+|!+"
    r"|(?:pass:|[^\s:]{1,64}:)?‹secret›|\$\{?\w+\}?|%\(?\w+\)?s?|<\w+>|/[\w./-]*|(?:file|fd|env):\S+|https?://[^\s@]*|\d+:\d+(?:/\w+)?"
    r"|\[[\w= ]*\]?|files|compat|systemd|sss|ldap|winbind|nis|db|cache|extrausers)?[\"']?$",
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
        if programs := _programs(low):
            text = _cut_arguments(text, low, programs)
        return _cut_all(text, low) if _NEEDLE.search(low) else text
    return _by_lines(text)


def _programs(low: str) -> set[str]:
    """Programs of the table that are named in it, beside what could be one of their options."""
    if not any(map(low.__contains__, _OPTIONS)):
        return set()
    words = low.replace(".exe", " ").translate(_FOLDERS) if any(map(low.__contains__, "/\\\"'.")) else low
    return _PROGRAMS.keys() & set(words.split())


def _cut_arguments(text: str, low: str, programs: set[str]) -> str:
    """Of each of these programs the options that take a secret, within its own arguments."""
    if len(low) != len(text):
        low = text  # some letters grow in lower case: then places do not agree
    spans: set[tuple[int, int]] = set()
    for program in programs:
        for start, end in _arguments(text, low, program):
            for pattern in _PROGRAMS[program]:
                spans.update(found.span("s") for found in pattern.finditer(text, start, end) if not _HARMLESS.match(found["s"]))
    for start, end in _apart(spans):
        text = text[:start] + CUT + text[end:]
    return text


def _arguments(text: str, low: str, program: str) -> Iterator[tuple[int, int]]:
    """Where the arguments of each call of it begin and end."""
    at = low.find(program)
    while at >= 0:
        end = at + len(program)
        if (at == 0 or _BEFORE.match(low[at - 1])) and (behind := _BEHIND.match(low, end)):
            arguments = _ARGUMENTS.match(text, behind.end())
            end = max(end, arguments.end() if arguments else end)
            yield behind.end(), end
        at = low.find(program, end)


def _apart(spans: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Places to cut, the last first; of places that overlap, one that holds them."""
    apart: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart[::-1]


def _cut_all(text: str, low: str) -> str:
    for needles, pattern in _PATTERNS:
        if any(n in low for n in needles):
            text = pattern.sub(_cut, text)
    return text


def _by_lines(text: str) -> str:
    """A long text: only lines that hold a needle are read closely. What spans lines (a private key) makes it read as a whole."""
    low = text.lower()
    if programs := _programs(low):
        text = _cut_arguments(text, low, programs)
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


def bytes_hold_secret(raw: bytes) -> bool:
    """The same of bytes from a device, as `decode` reads them."""
    return bool(which_hold_secret([raw]))


def which_hold_secret(raws: Sequence[bytes]) -> set[int]:
    """Numbers of those that hold one, of many such: one pass over all of them is much cheaper than one over each."""
    plain = [raw if raw.isascii() else b"" for raw in raws]
    closely = caught(_SIEVES, plain) | {n for n, raw in enumerate(raws) if raw and not plain[n]}
    return {n for n in closely if holds_secret(decode(raws[n]))}


def which_suspicious(texts: Sequence[str]) -> set[int]:
    """Numbers of the texts (ASCII) that `suspicious` speaks of; each line of each of the others is left as it is, too."""
    return caught(_SIEVES, texts)


def suspicious(text: str) -> bool:
    """False: `scrub` leaves this text, and each of its lines, as it is. ASCII only, for there lower case has no surprises.

    Much cheaper than `scrub`, and it may look over many texts at once, joined by line feeds: what is not in the whole is in no part.

    >>> suspicious("root\\nmysqldump -pletmein shop"), suspicious("eth0\\n1500")
    (True, False)
    """
    return bool(which_suspicious([text]))
