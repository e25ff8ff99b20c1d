"""What each kind of question may be answered with, when a question is shown, and how questions
fall into pages. Pure.

An answer is a number or a word of its kind's scale, an option's key, a list of such keys, or text.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

MOMENT, CONSENT, PLACE = "moment", "consent", "place"
RECOMMEND, SATISFACTION, EXPECTED = "recommend-10", "satisfaction-5", "expected-5"
AGREEMENT, EFFORT, YES_NO = "agreement-5", "effort-7", "yes-no"
ONE, SEVERAL, RANKING = "one", "several", "ranking"
SHORT_TEXT, LONG_TEXT = "short", "text"

# What each kind may be answered with; texts and kinds with options of their own are not listed.
VALUES: dict[str, tuple[str | int, ...]] = {
    MOMENT: ("magic", "mediocrity", "misery"),
    RECOMMEND: tuple(range(11)),
    SATISFACTION: (1, 2, 3, 4, 5),
    EXPECTED: (1, 2, 3, 4, 5),
    AGREEMENT: (1, 2, 3, 4, 5),
    EFFORT: (1, 2, 3, 4, 5, 6, 7),
    YES_NO: ("yes", "no"),
    PLACE: (1, 2, 3, 4, 5, 6),
    CONSENT: ("love", "live", "object"),
}
TEXTS = (SHORT_TEXT, LONG_TEXT)
WITH_OPTIONS = (ONE, SEVERAL, RANKING)
# Answered with a list of keys: what was chosen, or everything ranked, first place first.
LISTS = (SEVERAL, RANKING)
# Scales with cut-points (`touchpoints.moments`): their answers are moments, for the heatmap.
RATING = (MOMENT, RECOMMEND, SATISFACTION, EXPECTED)
NUMBERS = (RECOMMEND, SATISFACTION, EXPECTED, AGREEMENT, EFFORT)
# Shown as a row of numbers, with words at its two ends only.
ROWS = (RECOMMEND, EFFORT)

TEXT_LIMIT = 5_000
MOST_OPTIONS = 20
# All on one page where there are so few; otherwise so many a page.
_ON_ONE_PAGE, _A_PAGE = 8, 5

type Answer = str | int | list[str]


@dataclass(frozen=True, slots=True)
class Condition:
    """Show a question only where an earlier one's answer passes a test.

    `test` is one of `TESTS`; `value` is what it compares with, and None for "answered". An answer
    of several passes "is" where it includes the value. What was not answered passes no test.
    """

    key: str
    test: str
    value: str | int | None = None

    def holds(self, answers: Mapping[str, Any]) -> bool:
        given = answers.get(self.key)
        if given is None or given == "" or given == []:
            return False
        if self.test == "answered":
            return True
        if self.test in {"is", "is-not"}:
            same = self.value in given if isinstance(given, list) else given == self.value
            return same == (self.test == "is")
        if not isinstance(given, int) or not isinstance(self.value, int):
            return False
        return given >= self.value if self.test == "at-least" else given <= self.value


TESTS = ("is", "is-not", "at-least", "at-most", "answered")


def tests_for(kind: str) -> tuple[str, ...]:
    """The tests that another question may put to answers of this kind."""
    if kind in NUMBERS:
        return TESTS
    if kind in TEXTS or kind == RANKING:
        return ("answered",)
    return ("is", "is-not", "answered")


class Asked(Protocol):
    """As much of a question as its rules need; `option_keys` is empty where it has no options."""

    @property
    def key(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def required(self) -> bool: ...
    @property
    def starts_page(self) -> bool: ...
    @property
    def option_keys(self) -> tuple[str, ...]: ...
    @property
    def condition(self) -> Condition | None: ...


def values_of(question: Asked) -> tuple[str | int, ...]:
    """What may be chosen, in its order; nothing for texts."""
    if question.kind in WITH_OPTIONS:
        return question.option_keys
    return VALUES.get(question.kind, ())


def is_offered(question: Asked, value: object) -> bool:
    """Whether the question may be answered so."""
    if question.kind in TEXTS:
        return isinstance(value, str) and len(value) <= TEXT_LIMIT and "\x00" not in value
    offered = values_of(question)
    if question.kind in LISTS:
        return (
            isinstance(value, list)
            and 0 < len(value) == len({str(one) for one in value})
            and all(one in offered for one in value)
        )
    return not isinstance(value, (bool, list)) and value in offered


def shown[Q: Asked](questions: Iterable[Q], answers: Mapping[str, Any]) -> list[Q]:
    """The questions that these answers lead to; what is hidden counts as not answered."""
    found: list[Q] = []
    counted: dict[str, Any] = {}
    for question in questions:
        if question.condition is None or question.condition.holds(counted):
            found.append(question)
            if question.key in answers:
                counted[question.key] = answers[question.key]
    return found


def may_follow(later: Iterable[Asked], now: Iterable[Asked], answers: Mapping[str, Any]) -> bool:
    """Whether any of the later questions will or could be shown, whatever is answered now."""
    open_keys = {question.key for question in now}
    for question in later:
        condition = question.condition
        if condition is None or condition.key in open_keys or condition.holds(answers):
            return True
    return False


def first_missing(questions: Sequence[Asked], answers: Mapping[str, Any]) -> str | None:
    """The key of the first question that is shown, needs an answer and has none."""
    for question in shown(questions, answers):
        if question.required and question.key not in answers:
            return question.key
    return None


def handed_in(questions: Sequence[Asked], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers without those to questions that turned out hidden."""
    keys = {question.key for question in shown(questions, answers)}
    return {key: value for key, value in answers.items() if key in keys}


def pages_of[Q: Asked](questions: Sequence[Q], *, on_one_page: bool = False) -> list[list[Q]]:
    """The questions page by page, hidden ones included: at page breaks where there are any,
    otherwise five at a time; and before a question that depends on one of the same page."""
    by_breaks = on_one_page or any(question.starts_page for question in questions[1:])
    most = len(questions) if by_breaks or len(questions) <= _ON_ONE_PAGE else _A_PAGE
    pages: list[list[Q]] = [[]]
    for question in questions:
        page = pages[-1]
        condition = question.condition
        depends = condition is not None and condition.key in {one.key for one in page}
        if page and (question.starts_page or depends or len(page) >= most):
            pages.append([])
        pages[-1].append(question)
    return pages


def seconds_for(kind: str, options: int = 0) -> int:
    """About how long one such question takes to answer."""
    if kind == RANKING:
        return 6 + 4 * options
    return {LONG_TEXT: 40, SHORT_TEXT: 10}.get(kind, 8)
