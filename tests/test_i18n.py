"""Words of the program: every message in both languages, Russian plurals, values in the form of the language."""

from __future__ import annotations

from importlib.resources import files

import pytest

from auditkit import i18n
from auditkit.i18n import LANGS, Lang, MessageError, catalogue, hours, number, placeholders, read, size, text, when
from auditkit.registry import registry


def test_both_languages_have_the_same_messages() -> None:
    assert catalogue("ru").keys() == catalogue("en").keys()


@pytest.mark.parametrize("message", sorted(catalogue("ru")))
def test_a_message_names_the_same_values_in_both_languages(message: str) -> None:
    """Only the English singular may leave values out ("one mark"): the first Russian form also stands for 21 and 31."""
    en, ru = catalogue("en")[message], catalogue("ru")[message]
    assert {placeholders(form) for form in (*ru, en[-1])} == {placeholders(en[-1])}
    assert placeholders(en[0]) <= placeholders(en[-1])


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("table", sorted(registry().types))
def test_every_table_has_its_words(table: str, lang: Lang) -> None:
    """The knowledge base would else show the bare name of a built-in table."""
    said = text(lang, f"table.{table}")
    assert said not in {table, table.replace("_", " ")}
    assert (lang == "ru") == any("а" <= letter <= "я" for letter in said.lower())


def test_no_words_are_kept_for_a_table_that_is_gone() -> None:
    words = read("ru", "tables.po", (files("auditkit") / "locale/ru/tables.po").read_bytes())
    assert {key.removeprefix("table.") for key in words} == set(registry().types)


@pytest.mark.parametrize("message", sorted(catalogue("ru")))
def test_every_format_of_a_message_exists(message: str) -> None:
    for lang in i18n.LANGS:
        for form in catalogue(lang)[message]:
            for spec in i18n.formats(form):
                assert spec in i18n.FORMATS or (spec.endswith(".*") or spec in catalogue(lang)), f"{message}: {spec}"


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (0, "0 узлов"),
        (1, "1 узел"),
        (2, "2 узла"),
        (4, "4 узла"),
        (5, "5 узлов"),
        (11, "11 узлов"),
        (12, "12 узлов"),
        (21, "21 узел"),
        (22, "22 узла"),
        (111, "111 узлов"),
        (1001, "1001 узел"),
        (2.5, "2,5 узла"),
    ],
)
def test_russian_plurals(n: float, words: str) -> None:
    assert text("ru", "unit.host", {"n": n}) == words


def test_english_plurals() -> None:
    assert [text("en", "unit.host", {"n": n}) for n in (0, 1, 2, 21)] == ["0 hosts", "1 host", "2 hosts", "21 hosts"]


def test_a_message_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(MessageError, match=r"no message 'no\.such'"):
        text("ru", "no.such")


def test_a_value_that_is_not_given_is_an_error() -> None:
    with pytest.raises(MessageError, match="names the value 'value', which is not given"):
        text("ru", "cell.text", {"valu": "x"})


def test_a_plural_without_its_number_is_an_error() -> None:
    with pytest.raises(MessageError, match="takes its form by the number n"):
        text("ru", "unit.host", {"n": "five"})


def test_a_value_never_acts_as_a_template() -> None:
    assert text("ru", "cell.text", {"value": "{0} {n} {value.__class__} %s"}) == "{0} {n} {value.__class__} %s"


@pytest.mark.parametrize(
    ("lang", "value", "words"),
    [
        ("ru", 1234567.891, "1\u00a0234\u00a0567,89"),
        ("en", 1234567.891, "1,234,567.89"),
        ("ru", -5, "-5"),
        ("en", 0.5, "0.5"),
        ("ru", 20.0, "20"),
    ],
)
def test_numbers(lang: i18n.Lang, value: float, words: str) -> None:
    assert number(lang, value) == words


@pytest.mark.parametrize(
    ("octets", "ru", "en"),
    [
        (0, "0 байт", "0 B"),
        (1023, "1\u00a0023 байт", "1,023 B"),
        (1024, "1 КиБ", "1 KiB"),
        (1_610_612_736, "1,5 ГиБ", "1.5 GiB"),
        (2**60, "1\u00a0024 ПиБ", "1,024 PiB"),
    ],
)
def test_sizes(octets: int, ru: str, en: str) -> None:
    assert size("ru", octets).replace("\u00a0", " ") == ru.replace("\u00a0", " ")
    assert size("en", octets).replace("\u00a0", " ") == en


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.25, "15 мин"), (0.999, "1 ч"), (5.0, "5 ч"), (1.5, "1,5 ч"), (47.9, "47,9 ч"), (48, "2 сут"), (60, "2,5 сут")],
)
def test_hours(value: float, words: str) -> None:
    assert hours("ru", value).replace("\u00a0", " ") == words


def test_dates() -> None:
    assert when("ru", "2026-01-09") == "09.01.2026"
    assert when("en", "2026-01-09") == "9 Jan 2026"
    assert when("en", "2026-01-09", "long_date") == "9 January 2026"
    assert when("ru", "2026-01-09T23:30:00+03:00", "datetime") == "09.01.2026 23:30"


def test_a_text_that_is_no_date_is_an_error() -> None:
    with pytest.raises(MessageError, match="no ISO 8601 date: 'soon'"):
        when("ru", "soon")


def test_an_unknown_language_is_an_error() -> None:
    with pytest.raises(MessageError, match="no language 'de'"):
        catalogue("de")


@pytest.mark.parametrize(
    ("po", "said"),
    [
        ('msgid "a"\nmsgstr "x"\n\nmsgid "a"\nmsgstr "y"\n', "a stands there twice"),
        ('msgid "a"\nmsgstr ""\n', r"a: 1 text\(s\) wanted, none of them empty"),
        ('msgid "a"\nmsgid_plural "a"\nmsgstr[0] "x"\nmsgstr[1] "y"\nmsgstr[2] ""\n', r"a: 3 text\(s\) wanted"),
    ],
)
def test_a_catalogue_that_is_not_whole_is_refused(po: str, said: str) -> None:
    with pytest.raises(MessageError, match=said):
        i18n.read("ru", "x.po", ('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n' + po).encode())


def test_a_message_in_two_files_is_refused() -> None:
    with pytest.raises(MessageError, match="a stands in another file"):
        i18n.merged("ru", {"one.po": b'msgid "a"\nmsgstr "x"\n', "two.po": b'msgid "a"\nmsgstr "x"\n'})
