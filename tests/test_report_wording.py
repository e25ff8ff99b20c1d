"""How what a report says becomes words: five languages, their plurals, numbers, days and names."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from programme.periods import Quarter
from reports import languages
from reports.languages import LANGUAGES, plural_category
from reports.wording import Plural, Template, parsed, sentences, template_of, words_of
from reports.words import Months, Names, Passage, Percent, Points, Run, Said, Value, say

NAMES = Names(("Rechnung", "Hotline", "Vertrag", "Lager", "Fahrt"), 3)
# Sentences that are filled in and nothing else.
WORDLESS = {"alt.corner", "alt.no_share", "alt.reading", "edition.reading"}
# What a sentence may be filled with, by the name that it gives it.
WORDS: dict[str, Value] = {
    **dict.fromkeys(("up", "down", "names", "words"), NAMES),
    **dict.fromkeys(("before", "quarter", "missing"), Quarter(2026, 2)),
    **dict.fromkeys(("low", "high", "net", "staff", "customers", "value"), Points(-42)),
    **dict.fromkeys(("share", "sure"), Percent(80)),
    **dict.fromkeys(("change", "why", "moment", "was"), Said("misery")),
    **dict.fromkeys(("readings", "links", "rows", "corners"), Run((Said("misery"),) * 2)),
    "now": Points(12),
    "plan": Points(20),
    "day": dt.date(2026, 12, 1),
}


def plurals(template: Template) -> list[Plural]:
    """All plurals of a sentence, those within others too."""
    found = [piece for piece in template if isinstance(piece, Plural) and piece.forms]
    return found + [
        one for piece in found for form in piece.forms.values() for one in plurals(form)
    ]


def fields(template: Template) -> set[str]:
    found = set()
    for piece in template:
        if isinstance(piece, Plural):
            found |= {piece.name}.union(*(fields(form) for form in piece.forms.values()))
    return found


def filled(key: str, number: int) -> dict[str, Value]:
    counted = {one.name for code in LANGUAGES for one in plurals(template_of(key, code))}
    names = set().union(*(fields(template_of(key, code)) for code in LANGUAGES))
    return {
        name: number if name in counted and name not in WORDS else WORDS.get(name, "Rechnung")
        for name in names
    }


@pytest.mark.parametrize("key", sorted(sentences()))
def test_every_sentence_is_whole_in_every_language(key: str) -> None:
    """Written, with the same fields, and never the English of another language's line."""
    written = sentences()[key]
    assert tuple(written) == LANGUAGES
    assert len({frozenset(fields(template_of(key, code))) for code in LANGUAGES}) == 1
    values = filled(key, 11)
    said = {words_of(Said(key, values), code) for code in LANGUAGES}
    assert len(said) == len(LANGUAGES) or key in WORDLESS


@pytest.mark.parametrize("key", sorted(sentences()))
def test_every_plural_has_the_forms_that_its_language_tells_apart(key: str) -> None:
    for code in LANGUAGES:
        for one in plurals(template_of(key, code)):
            wanted = {"one", "two", "other"} if code == "ar" else {"one", "other"}
            allowed = {plural_category(code, n) for n in range(200)}
            assert wanted <= one.forms.keys()
            assert {form for form in one.forms if form[0] != "="} <= allowed


@pytest.mark.parametrize("key", sorted(sentences()))
def test_every_sentence_comes_out_for_any_number(key: str) -> None:
    for code in LANGUAGES:
        for number in (0, 1, 2, 3, 9, 10, 11, 25, 99, 100, 101, 1234):
            text = words_of(Said(key, filled(key, number)), code)
            assert not re.search(r"[{}#]|None\\b(?! of)|  | [.,]", text), text
            assert not text.endswith(".") or text[0].upper() == text[0]


def test_every_sentence_is_said_somewhere() -> None:
    """And nothing is said that no table has."""
    folder = Path(settings.BASE_DIR)
    sources = [*folder.glob("reports/**/*.py"), *folder.glob("templates/reports/**/*.*")]
    text = "\n".join(one.read_text(encoding="utf-8") for one in sources)
    chosen = ("since.", "note.", "why.", "alt.improvement_", "edition.", "names.others")
    unsaid = {key for key in sentences() if f'"{key}"' not in text and not key.startswith(chosen)}
    assert unsaid == set()
    groups = {key.split(".")[0] for key in sentences()}
    keys = re.findall(r'(?:say\(|say )\s*"([a-z_]+\.[a-z_]+)"', text)
    assert {key for key in keys if key.split(".")[0] in groups} - sentences().keys() == set()


def test_plural_categories_are_unicode_s() -> None:
    arabic = [plural_category("ar", n) for n in (0, 1, 2, 3, 10, 11, 99, 100, 102, 103, 111, 200)]
    assert arabic == [
        *("zero", "one", "two", "few", "few", "many"),
        *("many", "other", "other", "few", "many", "other"),
    ]
    assert [plural_category("fr", n) for n in (0, 1, 2)] == ["one", "one", "other"]
    for code in ("en", "de", "es"):
        assert [plural_category(code, n) for n in (0, 1, 2)] == ["other", "one", "other"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", "1,234|12,345|+12|−42|0|54\u00a0%|1 May 2026|2026Q3|July to September 2026"),
        ("de", "1.234|12.345|+12|−42|0|54\u00a0%|1. Mai 2026|Q3\u00a02026|Juli bis September 2026"),
        (
            "fr",
            (
                "1\u202f234|12\u202f345|+12|−42|0|54\u202f%|1er mai 2026|T3\u00a02026|"
                "juillet à septembre 2026"
            ),
        ),
        (
            "es",
            (
                "1234|12.345|+12|−42|0|54\u00a0%|1 de mayo de 2026|T3\u00a02026|"
                "julio a septiembre de 2026"
            ),
        ),
        (
            "ar",
            (
                "1,234|12,345|\u2066+12\u2069|\u2066−42\u2069|0|\u206654%\u2069|"
                "1 مايو 2026|الربع الثالث 2026|"
                "يوليو إلى سبتمبر 2026"
            ),
        ),
    ],
)
def test_numbers_days_and_quarters_are_the_language_s(code: str, said: str) -> None:
    first, last = dt.date(2026, 7, 1), dt.date(2026, 9, 30)
    found = [
        languages.number(code, 1234),
        languages.number(code, 12345),
        languages.points(code, 12.4),
        languages.points(code, -41.6),
        languages.points(code, -0.2),
        languages.percent(code, 54.1),
        languages.day(code, dt.date(2026, 5, 1)),
        languages.quarter(code, "2026Q3"),
        languages.months(code, first, last),
    ]
    assert "|".join(found) == said


def test_a_quarter_over_the_turn_of_the_year_names_both() -> None:
    found = [
        languages.months(code, dt.date(2016, 11, 1), dt.date(2017, 1, 31)) for code in LANGUAGES
    ]
    assert found == [
        "November 2016 to January 2017",
        "November 2016 bis Januar 2017",
        "novembre 2016 à janvier 2017",
        "noviembre de 2016 a enero de 2017",
        "نوفمبر 2016 إلى يناير 2017",
    ]


def test_names_are_listed_and_the_rest_are_counted() -> None:
    said = [
        words_of(say("changes.up", names=NAMES, before=Quarter(2026, 2)), code)
        for code in LANGUAGES
    ]
    assert said == [
        "“Rechnung”, “Hotline”, “Vertrag” and two others rose since 2026Q2.",
        "Gestiegen seit Q2\u00a02026: „Rechnung“, „Hotline“, „Vertrag“ und zwei weitere.",
        (
            "En hausse depuis le T2\u00a02026\u202f: «\u202fRechnung\u202f», "
            "«\u202fHotline\u202f», «\u202fVertrag\u202f» et deux autres."
        ),
        "Han subido desde el T2\u00a02026: «Rechnung», «Hotline», «Vertrag» y dos más.",
        (
            "ارتفع منذ الربع الثاني 2026: «\u2068Rechnung\u2069»، «\u2068Hotline\u2069»، "
            "«\u2068Vertrag\u2069» ونقطتان أخريان."
        ),
    ]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "لم تُلغَ أي قاعدة."),
        (1, "أُلغيت قاعدة واحدة."),
        (2, "أُلغيت قاعدتان."),
        (3, "أُلغيت 3 قواعد."),
        (11, "أُلغيت 11 قاعدة."),
        (100, "أُلغيت 100 قاعدة."),
    ],
)
def test_arabic_counts_in_its_own_forms(number: int, said: str) -> None:
    assert words_of(say("rules.lifted", n=number), "ar") == said


def test_small_numbers_are_words_where_a_sentence_writes_them_so() -> None:
    said = [words_of(say("rules.lifted", n=3), code) for code in LANGUAGES[:4]]
    assert said == [
        "Three rules were lifted.",
        "Drei Regeln wurden aufgehoben.",
        "Trois règles ont été levées.",
        "Se retiraron tres reglas.",
    ]
    assert words_of(say("rules.lifted", n=12), "de") == "12 Regeln wurden aufgehoben."


def test_names_that_run_the_other_way_are_kept_apart() -> None:
    name, latin = "شركة (النور)", "Harbour & Vale"
    assert languages.isolated("de", name) == f"\u2068{name}\u200f\u2069"
    assert languages.isolated("de", latin) == latin
    assert languages.isolated("ar", latin) == f"\u2068{latin}\u2069"
    assert languages.isolated("ar", name) == name
    assert languages.isolated("en", "a\u202eb") == "\u2068a\u202eb\u2069"
    assert languages.isolated("ar", "Go now.") == "\u2068Go now.\u200e\u2069"
    assert languages.isolated("en", "قف الآن.") == "\u2068قف الآن.\u200f\u2069"


def test_passages_leave_out_what_is_blank() -> None:
    said = Passage((say("improvements.expected", net=Points(20), quarter=Quarter(2026, 4)), ""))
    assert words_of(said, "en") == "Net +20 by 2026Q4."
    assert words_of(Passage((Months(dt.date(2026, 1, 1), dt.date(2026, 3, 1)),)[:0]), "en") == ""


@pytest.mark.parametrize("text", ["{n", "n}", "{n, plural, one {a}}", "{}", "{n, plural}"])
def test_a_sentence_that_does_not_close_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r" of | in "):
        parsed(text)


@given(st.text())
def test_a_person_s_words_are_never_read_as_a_sentence(text: str) -> None:
    said = words_of(say("cause.finished", title=text, day=dt.date(2026, 5, 1)), "en")
    assert text in said
