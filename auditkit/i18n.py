"""Words of the program in Russian and English: short message ids -> templates with named values.

Catalogues are gettext .po files, `auditkit/locale/<lang>/*.po`, read as they are (no compile step: an editable checkout and a wheel
behave alike) when the first word is asked for. Several files a language are one catalogue; an id in two places is refused.

A template names values in braces, with an optional format after a colon::

    {target}          as it is (a float: at most two digits, decimal comma in Russian)
    {n:number}        digits in groups          {n:percent}   12,5 %           {n:bytes}     1,5 ГиБ
    {d:date}          22.11.2026                {d:long_date} 22 ноября 2026 г. {t:datetime}  22.11.2026 14:05
    {h:hours}         5 ч · 30 мин · 3 сут
    {n:unit.host}     the plural message unit.host with this number: 1 узел, 2 узла, 5 узлов
    {state:cause.*}   the value names a message below that prefix: refused -> cause.refused
    {why:.*}          the value is itself the id of a message without values

A message with plural forms takes its form by the value `n`. Sources: GNU gettext manual "Plural forms"; Unicode CLDR plural rules.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Literal, get_args

Lang = Literal["ru", "en"]
LANGS: tuple[Lang, ...] = get_args(Lang)
Plain = str | int | float
FORMATS = frozenset({"", "number", "percent", "bytes", "date", "long_date", "datetime", "hours"})

# CLDR category -> gettext form. A Russian fraction takes the genitive singular: 2,5 узла, as 2 узла.
_FORMS: Mapping[str, Mapping[str, int]] = {"ru": {"one": 0, "few": 1, "many": 2, "other": 1}, "en": {"one": 0, "other": 1}}
# Not from CLDR: its blanks change from one release to the next, and words must come out the same when they are derived again.
_SIGNS = {"ru": str.maketrans(",.", "\u00a0,"), "en": str.maketrans("", "")}
_LONG = {"ru": "d MMMM y 'г.'", "en": "d MMMM y"}
_SHORT = {"ru": "dd.MM.yyyy", "en": "d MMM yyyy"}
_ID = re.compile(r'^msgid "([^"]*)"', re.M)


class MessageError(LookupError):
    """A message, a form of it, or a value that its template names does not exist: a mistake in the program, never in the data."""


@cache
def catalogue(lang: Lang) -> Mapping[str, tuple[str, ...]]:
    """Message id -> its forms (one, or one a plural form).

    Raises MessageError for an unknown language, an id in two places, a text that is empty or has too few forms.
    """
    if lang not in LANGS:
        raise MessageError(f"no language {lang!r}: use one of {', '.join(LANGS)}")
    folder = files("auditkit") / "locale" / lang
    return merged(lang, {f.name: f.read_bytes() for f in sorted(folder.iterdir(), key=lambda f: f.name) if f.name.endswith(".po")})


def merged(lang: Lang, sources: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
    """Several files (name -> bytes) as one catalogue. Raises MessageError for an id in two of them."""
    found: dict[str, tuple[str, ...]] = {}
    for name, raw in sources.items():
        for key, forms in read(lang, name, raw).items():
            if key in found:
                raise MessageError(f"locale/{lang}/{name}: {key} stands in another file of this language too: keep one")
            found[key] = forms
    return found


def read(lang: Lang, name: str, raw: bytes) -> dict[str, tuple[str, ...]]:
    """One .po file. Raises MessageError for an id that stands twice, an empty text, a plural form that is missing."""
    from babel.messages.pofile import read_po

    where = f"locale/{lang}/{name}"
    doubled = [k for k, n in Counter(_ID.findall(raw.decode("utf-8"))).items() if n > 1]
    if doubled:
        raise MessageError(f"{where}: {doubled[0]} stands there twice: keep one")
    po = read_po(io.BytesIO(raw), locale=lang, abort_invalid=True)
    return dict(_entry(where, lang, message.id, message.string) for message in po if message.id)


def _entry(where: str, lang: str, ids: object, texts: object) -> tuple[str, tuple[str, ...]]:
    key = str(ids[0] if isinstance(ids, tuple | list) else ids)
    forms = tuple(texts) if isinstance(texts, tuple | list) else (str(texts),)
    wanted = len(set(_FORMS[lang].values())) if isinstance(ids, tuple | list) else 1
    if len(forms) != wanted or not all(forms):
        raise MessageError(f"{where}: {key}: {wanted} text(s) wanted, none of them empty")
    return key, forms


def placeholders(template: str) -> frozenset[str]:
    """The values that a template names.

    >>> sorted(placeholders("{a} of {b:number}"))
    ['a', 'b']
    """
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name is not None)


def formats(template: str) -> frozenset[str]:
    """The formats that a template asks for.

    >>> sorted(formats("{a} of {b:number}"))
    ['', 'number']
    """
    return frozenset(spec or "" for _, name, spec, _ in Formatter().parse(template) if name is not None)


def text(lang: Lang, message: str, values: Mapping[str, Plain] | None = None) -> str:
    """The words of a message. Values that the template does not name are no error; a named value that is not given is a MessageError."""
    values = values or {}
    forms = catalogue(lang).get(message)
    if forms is None:
        raise MessageError(f"no message {message!r} in {lang}: add it to auditkit/locale/{lang}/*.po")
    template = forms[0] if len(forms) == 1 else forms[_form(lang, message, values)]
    made = []
    for literal, name, spec, _ in Formatter().parse(template):
        made.append(literal)
        if name is not None:
            if name not in values:
                raise MessageError(f"message {message!r} ({lang}) names the value {name!r}, which is not given")
            made.append(_shaped(lang, values[name], spec or ""))
    return "".join(made)


def _form(lang: Lang, message: str, values: Mapping[str, Plain]) -> int:
    from babel import Locale

    n = values.get("n")
    if not isinstance(n, int | float):
        raise MessageError(f"message {message!r} has plural forms and takes its form by the number n, which is {n!r}")
    return _FORMS[lang][Locale.parse(lang).plural_form(abs(n))]


def _shaped(lang: Lang, value: Plain, spec: str) -> str:
    if spec.endswith(".*"):
        return text(lang, f"{spec[:-2]}.{value}" if len(spec) > 2 else str(value))
    if "." in spec:
        return text(lang, spec, {"n": value})
    if spec in ("date", "long_date", "datetime"):
        return when(lang, str(value), spec)
    if isinstance(value, str):
        if spec:
            raise MessageError(f"the format {spec!r} wants a number, not {value!r}")
        return value
    match spec:
        case "":
            return number(lang, value) if isinstance(value, float) else str(value)
        case "number":
            return number(lang, value)
        case "percent":
            return text(lang, "number.percent", {"n": number(lang, value)})
        case "bytes":
            return size(lang, value)
        case "hours":
            return hours(lang, value)
    raise MessageError(f"unknown format {spec!r}: see the list in auditkit/i18n.py")


def number(lang: Lang, value: float) -> str:
    """Digits in groups of three, at most two after the point.

    >>> number("ru", 12345.678), number("en", 12345.678), number("ru", 2.0)
    ('12\\xa0345,68', '12,345.68', '2')
    """
    written = f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"
    return written.translate(_SIGNS[lang])


def size(lang: Lang, octets: float) -> str:
    """Bytes as people say them, in binary units with at most one digit after the point (IEC 80000-13).

    >>> size("en", 1536), size("ru", 300 * 2**30)
    ('1.5\\xa0KiB', '300\\xa0ГиБ')
    """
    unit = 0
    while abs(octets) >= 1024 and unit < 5:
        octets, unit = octets / 1024, unit + 1
    return text(lang, f"number.bytes{unit}", {"n": number(lang, round(octets, 1))})


def hours(lang: Lang, value: float) -> str:
    """A time in hours as people say it: minutes below one hour, days from 48.

    >>> hours("ru", 0.5), hours("ru", 5.04), hours("en", 72)
    ('30\\xa0мин', '5\\xa0ч', '3\\xa0d')
    """
    if value < 1 and round(value * 60) < 60:
        return text(lang, "number.minutes", {"n": round(value * 60)})
    if value < 48:
        return text(lang, "number.hours", {"n": number(lang, round(value, 1))})
    return text(lang, "number.days", {"n": number(lang, round(value / 24, 1))})


def when(lang: Lang, iso: str, form: str = "date") -> str:
    """A date or time (ISO 8601) as people write it. form: date, long_date, datetime. Raises MessageError where it is no date.

    >>> when("ru", "2026-11-22", "long_date"), when("en", "2026-11-22T14:05:00"), when("ru", "2026-11-22T14:05:00+03:00", "datetime")
    ('22 ноября 2026 г.', '22 Nov 2026', '22.11.2026 14:05')
    """
    from babel.dates import format_date, format_datetime

    try:
        moment = datetime.fromisoformat(iso) if len(iso) > 10 else date.fromisoformat(iso)
    except ValueError as e:
        raise MessageError(f"no ISO 8601 date: {iso!r}") from e
    if form == "datetime" and isinstance(moment, datetime):
        return format_datetime(moment, f"{_SHORT[lang]} HH:mm", tzinfo=moment.tzinfo, locale=lang)
    return format_date(moment, (_LONG if form == "long_date" else _SHORT)[lang], locale=lang)
