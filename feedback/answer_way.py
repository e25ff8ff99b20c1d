"""Which of a round's pages someone sees, and which comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feedback import kinds, services
from feedback.models import Question, Round

_MOST_STRAIGHT = 500


@dataclass(frozen=True, slots=True)
class Way:
    """The pages of a round as some answers lead through them, numbered from 1; one more follows
    where it may turn out only on the way that nothing else does."""

    questions: Sequence[Question]
    pages: list[list[Question]]
    answers: Mapping[str, Any]
    # What is on each page for these answers, and the numbers of those with something on them.
    on_page: list[list[Question]]
    visible: list[int]

    @classmethod
    def through(cls, sent: Round, answers: Mapping[str, Any]) -> "Way":
        kind = (sent.survey_id, sent.confidential, sent.survey.on_one_page)
        if (straight := _straight.get(kind)) is not None:
            return straight
        questions = services.questions_of(sent)
        pages = kinds.pages_of(questions, on_one_page=sent.survey.on_one_page)
        keys = {question.key for question in kinds.shown(questions, answers)}
        on_page = pages
        if len(keys) < len(questions):
            on_page = [[one for one in page if one.key in keys] for page in pages]
        visible = [number for number, page in enumerate(on_page, 1) if page]
        way = cls(questions, pages, answers, on_page, visible)
        if all(question.condition is None for question in questions):
            if len(_straight) >= _MOST_STRAIGHT:
                _straight.clear()
            _straight[kind] = way
        return way

    def shown(self, number: int) -> list[Question]:
        return self.on_page[number - 1] if number <= len(self.pages) else []

    def is_last(self, number: int) -> bool:
        """Whether nothing can follow this page, whatever is answered on it."""
        later = [question for page in self.pages[number:] for question in page]
        now = self.pages[number - 1] if number <= len(self.pages) else []
        return not kinds.may_follow(later, now, self.answers)

    def after(self, number: int) -> int:
        """The next page with something on it, or the one at the end."""
        return next((one for one in self.visible if one > number), len(self.pages) + 1)

    def before(self, number: int) -> int:
        return next((one for one in reversed(self.visible) if one < number), 1)

    def nearest(self, number: int) -> int:
        """A page that there is."""
        visible = self.visible or [1]
        if number in visible:
            return number
        if number > visible[-1]:
            return visible[-1] if self.is_last(visible[-1]) else len(self.pages) + 1
        return next(one for one in visible if one > number)


# Ways through questions of which none hangs on another: whatever is answered, they are the same.
_straight: dict[tuple[int, bool, bool], Way] = {}
