"""Whether something still is as whoever changes it saw it (docs/decisions/0042)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from feedback.models import Change, Question, Series, Survey
from feedback.services.errors import FeedbackError

# Whoever told `services` what they saw; empty asks nothing.
type Mark = str

CHANGE_LINKS = ("rounds", "comments", "cases", "improvements")
SURVEY_WORDS = (*("title", "introduction", "thanks", "since_last_time", "language", "on_one_page"),)
_SERIES = (
    *("survey_id", "title", "audience", "confidential", "selection", "message", "reminder_days"),
    *("cadence", "rule", "first_on", "first_number", "opens_time", "days_open"),
)


class ChangedSinceError(FeedbackError):
    """Somebody else saved it after the one who saves now had opened it."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else saved this while you were writing. Nothing of yours is lost, and "
            "nothing of theirs: see below what they saved, then save yours in its place, or take "
            "theirs."
        )


def mark_of_series(series: Series) -> Mark:
    """All that one sets of it; not when it comes next, which moves by itself."""
    return _mark({name: getattr(series, name) for name in _SERIES})


def mark_of_survey(survey: Survey) -> Mark:
    """Its own words, in its own language."""
    return _mark({name: getattr(survey, name) for name in SURVEY_WORDS})


def mark_of_question(question: Question) -> Mark:
    """What one sets of it; neither its place nor its translations, which are changed elsewhere."""
    names = ("kind", "text", "hint", "required", "options", "show_if", "starts_page")
    about = ("touchpoint_id", "hand_off_id", "low_end", "high_end")
    return _mark({name: getattr(question, name) for name in (*names, *about)})


def mark_of_translations(survey: Survey, questions: Sequence[Question], language: str) -> Mark:
    """All that is said in one language."""
    said = {one.key: one.translations.get(language, {}) for one in questions}
    return _mark({"survey": survey.translations.get(language, {}), "questions": said})


def links_of(change: Change) -> dict[str, list[Any]]:
    """The keys of all that a change is said to come from, by their names; four SQL queries."""
    return {name: list(getattr(change, name).values_list("pk", flat=True)) for name in CHANGE_LINKS}


def mark_of_change(change: Change, links: Mapping[str, Sequence[Any]]) -> Mark:
    """Its words, and all it is said to come from (`links_of`)."""
    words = {name: getattr(change, name) for name in ("title", "said", "did", "staff_only")}
    keys = {name: sorted(str(key) for key in links[name]) for name in CHANGE_LINKS}
    return _mark({**words, **keys})


def check_seen(seen: Mark, now: Mark) -> None:
    """ChangedSinceError where it is not as it was seen. The row is held."""
    if seen and seen != now:
        raise ChangedSinceError


def _mark(values: Mapping[str, Any]) -> Mark:
    written = json.dumps(values, cls=DjangoJSONEncoder, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()[:24]
