"""What changed between two texts, which clause goes back to which, and text out of Word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missions.lineage import forebears
from missions.pasting import plain
from missions.worddiff import word_diff

TEXTS = st.text(alphabet="abAB \n.,'’漢字あ🫶🏽é\u0301\u200dم", max_size=60)


def marked(before: str, after: str) -> str:
    signs = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return "".join(signs[one.kind].format(one.text) for one in word_diff(before, after))


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_off_a_diff(before: str, after: str) -> None:
    passages = word_diff(before, after)
    assert "".join(one.text for one in passages if one.kind != "added") == before
    assert "".join(one.text for one in passages if one.kind != "removed") == after


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("We carry people home.", "We carry all home.", "We carry [-people-]{+all+} home."),
        ("one two three four", "five six seven four", "[-one two three-]{+five six seven+} four"),
        ("顾客第一，服务至上", "顾客为先，服务至上", "顾客[-第一-]{+为先+}，服务至上"),
        ("نحن هنا من أجلكم", "نحن معكم من أجلكم", "نحن [-هنا-]{+معكم+} من أجلكم"),
        ("بِسْمِ الله", "بِسْمِ الناس", "بِسْمِ [-الله-]{+الناس+}"),
        ("hi 🫶🏽", "hi 🫶🏿", "hi [-🫶🏽-]{+🫶🏿+}"),
        ("a b c d", "a c d", "a [-b -]c d"),
    ],
)
def test_words_of_any_script_are_told_apart(before: str, after: str, shown: str) -> None:
    assert marked(before, after) == shown


def test_the_most_repetitive_of_texts_is_compared() -> None:
    # Quadratic work in plain arithmetic; difflib would take half a minute.
    passages = word_diff("a " * 1000, "b a " * 500)
    assert sum(one.text.count("a") for one in passages if one.kind == "same") == 500


@pytest.mark.parametrize(
    ("clauses", "known", "found"),
    [
        (["We bake daily"], ["we  bake DAILY"], [0]),
        (["We bake fresh bread daily"], ["Something else", "We bake bread daily"], [1]),
        (["We sell bread"], ["We bake bread"], [None]),
        # Turned round is no longer the same.
        (["We never bake bread before dawn"], ["We bake bread before dawn"], [None]),
        # Of two that are near one, the nearer has it.
        (
            ["We bake very good bread daily", "We bake good bread daily"],
            ["We bake good fresh bread daily", "We bake good bread daily"],
            [0, 1],
        ),
        (["So it is", "so it is"], ["So it is"], [0, 0]),
        (["نحن هنا من أجلكم"], ["نحن هنا من أجلكم جميعا"], [0]),
        (["顾客永远是第一位的"], ["顾客总是第一位的"], [0]),
        (["🫶"], ["🫶"], [0]),
        ([], ["a b"], []),
    ],
)
def test_a_clause_goes_back_to_the_one_that_it_nearly_is(
    clauses: list[str], known: list[str], found: list[int | None]
) -> None:
    assert forebears(clauses, known) == found


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("We “care” – truly’s…", "We “care” – truly’s…"),
        ("soft\u00adly\u200b here\ufeff", "softly here"),
        ("a\xa0b\u2009c\u202fd\te", "a b c d e"),
        ("one\x0btwo\r\nthree\u2028four\rfive", "one\ntwo\nthree\nfour\nfive"),
        ("•\tFirst\n\uf0b7 Second\no\tThird\n–\tFourth", "First\nSecond\nThird\nFourth"),
        ("- a dash stays\n–so does this", "- a dash stays\n–so does this"),
        ("non\u2011breaking", "non-breaking"),
        ("abc\u202etxt.exe\u2066", "abctxt.exe"),
        ("می\u200cخواهم 👩\u200d🍳", "می\u200cخواهم 👩\u200d🍳"),
        ("a\n\n\n\n\nb  c \n", "a\n\nb c"),
        ("=1+1 <b>bold</b>", "=1+1 <b>bold</b>"),
        ("bell\x07", "bell"),
        ("", ""),
    ],
)
def test_text_out_of_word_is_made_plain(pasted: str, kept: str) -> None:
    assert plain(pasted) == kept
    assert plain(kept) == kept
