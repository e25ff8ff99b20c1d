"""What somebody else saved of a survey since one opened it (docs/decisions/0042)."""

from collections.abc import Mapping
from dataclasses import dataclass

from feedback import services
from feedback.differing import Differing, differing
from feedback.forms.questions import QuestionForm, initial_of
from feedback.forms.surveys import SurveyWordsForm, TranslationForm
from feedback.models import Question, Survey
from feedback.trends import versions_of


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What is saved now: where it differs from what was typed, and its mark."""

    differing: list[Differing]
    mark: str


def saved_meanwhile(
    survey: Survey, words: SurveyWordsForm, question: QuestionForm, edited: Question | None
) -> Meanwhile:
    """Of the survey's words, or of the question that was edited: of whichever form was sent."""
    newest = next(iter(versions_of(survey)))
    if edited is None or not question.is_bound:
        saved = differing(words, SurveyWordsForm(instance=newest))
        return Meanwhile(saved, services.mark_of_survey(newest))
    questions = list(newest.questions.all())
    now = next(one for one in questions if one.key == edited.key)
    form = QuestionForm(
        survey.organisation,
        initial=initial_of(now),
        earlier=questions[: questions.index(now)],
        prefix=question.prefix,
    )
    return Meanwhile(differing(question, form), services.mark_of_question(now))


def translated_meanwhile(survey: Survey, form: TranslationForm, language: str) -> Meanwhile:
    """Of what is said in one language."""
    newest = next(iter(versions_of(survey)))
    questions = list(newest.questions.all())
    saved = differing(form, TranslationForm(newest, questions, language))
    return Meanwhile(saved, services.mark_of_translations(newest, questions, language))


def seen_of(
    survey: Survey, edited: Question | None, sent: Mapping[str, str], meanwhile: Meanwhile | None
) -> dict[str, object]:
    """For the builder's page: what each of its forms was opened with. One that comes back keeps
    what it said itself, until its writer has been shown what is saved."""
    action = sent.get("action", "")
    seen = {
        "words": services.mark_of_survey(survey),
        "question": services.mark_of_question(edited) if edited is not None else "",
    }
    if action in seen:
        seen[action] = meanwhile.mark if meanwhile else sent.get("seen", seen[action])
    return {
        "seen": seen,
        "differing": meanwhile.differing if meanwhile else None,
        "differing_in": action if meanwhile else "",
    }
