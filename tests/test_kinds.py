"""What each kind may be answered with, when a question is shown, and how they fall into pages."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback import kinds
from feedback.kinds import Condition, pages_of, shown
from feedback.models import Question
from feedback.ready import library
from feedback.spoken import LANGUAGES, ends_of, said, speech


@dataclass(frozen=True)
class Ask:
    key: str
    kind: str = kinds.SATISFACTION
    required: bool = False
    starts_page: bool = False
    option_keys: tuple[str, ...] = ()
    condition: Condition | None = None


ABC = ("a", "b", "c")


def test_every_kind_has_its_values_its_options_or_is_text() -> None:
    known = {*kinds.VALUES, *kinds.WITH_OPTIONS, *kinds.TEXTS}
    assert known == set(Question.Kind.values)
    assert set(kinds.RATING) | set(kinds.NUMBERS) < known


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("moment", ["magic"], ["Magic", 1, None, ["magic"]]),
        ("recommend-10", [0, 10], [-1, 11, "9", 9.5, True]),
        ("agreement-5", [1, 5], [0, 6]),
        ("effort-7", [1, 7], [0, 8]),
        ("yes-no", ["yes", "no"], ["perhaps", True]),
        ("one", ["a"], ["d", ["a"], ""]),
        ("several", [["a"], ["c", "a"]], [[], ["a", "a"], ["d"], "a", [["a"]]]),
        ("ranking", [["b", "a", "c"], ["c"]], [[], ["a", "a"], ["a", "x"], "a"]),
        ("text", ["x" * kinds.TEXT_LIMIT], ["x" * (kinds.TEXT_LIMIT + 1), "a\x00", 5, ["a"]]),
    ],
)
def test_what_is_offered(kind: str, good: list[object], bad: list[object]) -> None:
    ask = Ask("q", kind, option_keys=ABC)
    assert all(kinds.is_offered(ask, value) for value in good)
    assert [value for value in bad if kinds.is_offered(ask, value)] == []


@pytest.mark.parametrize(
    ("condition", "answers", "holds"),
    [
        (Condition("q", "is", 3), {"q": 3}, True),
        (Condition("q", "is", 3), {"q": 4}, False),
        (Condition("q", "is-not", 3), {"q": 4}, True),
        (Condition("q", "is-not", 3), {}, False),
        (Condition("q", "at-least", 3), {"q": 3}, True),
        (Condition("q", "at-most", 3), {"q": 4}, False),
        (Condition("q", "at-most", 3), {"q": "yes"}, False),
        (Condition("q", "is", "a"), {"q": ["b", "a"]}, True),
        (Condition("q", "is-not", "a"), {"q": ["b", "a"]}, False),
        (Condition("q", "answered"), {"q": 0}, True),
        (Condition("q", "answered"), {"q": []}, False),
        (Condition("q", "answered"), {}, False),
    ],
)
def test_conditions(condition: Condition, answers: dict[str, object], holds: bool) -> None:
    assert condition.holds(answers) is holds


CHAIN = (
    Ask("first"),
    Ask("second", condition=Condition("first", "at-most", 2)),
    Ask("third", condition=Condition("second", "answered"), required=True),
    Ask("last"),
)


def test_what_hangs_on_a_hidden_answer_is_hidden_too() -> None:
    answers = {"first": 5, "second": 1, "third": 1, "last": 4}
    assert [one.key for one in shown(CHAIN, answers)] == ["first", "last"]
    assert kinds.handed_in(CHAIN, answers) == {"first": 5, "last": 4}
    assert kinds.first_missing(CHAIN, {"first": 5}) is None
    assert kinds.first_missing(CHAIN, {"first": 1, "second": 2}) == "third"


def test_a_question_that_hangs_on_another_begins_a_page() -> None:
    pages = [[one.key for one in page] for page in pages_of(CHAIN)]
    assert pages == [["first"], ["second"], ["third", "last"]]
    assert pages == [[one.key for one in page] for page in pages_of(CHAIN, on_one_page=True)]


@pytest.mark.parametrize(
    ("questions", "on_one_page", "sizes"),
    [
        ([Ask(str(n)) for n in range(8)], False, [8]),
        ([Ask(str(n)) for n in range(9)], False, [5, 4]),
        ([Ask(str(n)) for n in range(19)], True, [19]),
        ([Ask(str(n), starts_page=n == 7) for n in range(9)], False, [7, 2]),
        ([Ask(str(n), starts_page=n == 0) for n in range(9)], False, [5, 4]),
        ([], False, [0]),
    ],
)
def test_pages(questions: list[Ask], on_one_page: bool, sizes: list[int]) -> None:
    assert [len(page) for page in pages_of(questions, on_one_page=on_one_page)] == sizes


@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(0, 5), st.sampled_from(kinds.TESTS)), max_size=20
    ),
    st.dictionaries(st.integers(0, 19).map(str), st.integers(1, 5)),
    st.booleans(),
)
def test_pages_lose_no_question_and_decide_only_between_pages(
    made: list[tuple[bool, int, str]], answers: dict[str, int], on_one_page: bool
) -> None:
    questions = [
        Ask(
            str(n),
            starts_page=breaks,
            condition=Condition(str(n - back), test, 3) if 0 < back <= n else None,
        )
        for n, (breaks, back, test) in enumerate(made)
    ]
    pages = pages_of(questions, on_one_page=on_one_page)
    assert [one for page in pages for one in page] == questions
    for page in pages:
        keys = {one.key for one in page}
        assert not [one for one in page if one.condition and one.condition.key in keys]
    left = kinds.handed_in(questions, answers)
    assert kinds.handed_in(questions, left) == left


# Words


def _keys(found: object) -> object:
    return {key: _keys(value) for key, value in found.items()} if isinstance(found, dict) else None


def test_all_languages_say_the_same_things() -> None:
    english = speech("en")
    for language in LANGUAGES:
        other = speech(language)
        for name in ("page", "errors", "email", "scales", "ends"):
            assert _keys(getattr(other, name)) == _keys(getattr(english, name)), (language, name)
        for part in ("page", "errors", "email"):
            ours, theirs = getattr(english, part), getattr(other, part)
            for key in ours:
                assert theirs[key].strip()
                assert _places(ours[key]) == _places(theirs[key]), (language, key)
        for kind, words in other.scales.items():
            assert {str(value) for value in kinds.VALUES[kind]} == set(words)
        for kind in kinds.NUMBERS:
            low, high = ends_of(language, kind)
            assert low.strip()
            assert high.strip()
            assert low != high
    assert speech("de-AT").language == "de"
    assert speech("nl").language == "en"


def _places(text: str) -> set[str]:
    return {part.partition("}")[0] for part in text.split("{")[1:]}


def test_a_text_without_translation_says_which_language_it_is_in() -> None:
    assert said("Hello", "Hallo", own_language="en", page_language="de").text == "Hallo"
    missing = said("سلام", None, own_language="ar", page_language="de")
    assert (missing.text, missing.language, missing.direction) == ("سلام", "ar", "rtl")
    assert said("Hello", None, own_language="en", page_language="en-GB").language == ""


def test_the_library_is_whole() -> None:
    found = library()
    assert [ready.name for ready in found] == [
        *("customers", "after-contact", "moving-in", "leaving"),
        *("staff", "pulse", "internal-service", "practices"),
    ]
    for ready in found:
        assert all([ready.title, ready.description, ready.introduction, ready.thanks])
        assert ready.audience in {"internal", "external"}
        assert "!" not in ready.introduction + ready.thanks + ready.description
        for question in ready.own:
            assert question.spec.kind in Question.Kind.values
            assert "!" not in question.spec.text
    (whom,) = [one for one in found[6].own if one.of_teams]
    assert whom.spec.text == "Whom did you work with?"
    assert found[6].own[0] == whom
