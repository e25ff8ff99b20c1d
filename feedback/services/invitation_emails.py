"""The email that asks somebody to answer a round, in their language as the page behind its link."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape

from feedback import kinds
from feedback.answer_page import Language, ends_of_row, labels_of, language_for
from feedback.models import Question, Round
from feedback.services.rounds import asked, last_day, minutes_for
from feedback.spoken import Said, filled
from outbox.services import NewEmail, one_line, write_emails
from programme.models import Membership
from programme.services import one_click

# The part of a link's address that carries the score pressed in an email.
CHOSEN = "score"
# Kinds of which each value fits a button in an email.
_BUTTONS = (kinds.MOMENT, *kinds.NUMBERS, kinds.YES_NO)


@dataclass(frozen=True, slots=True)
class Score:
    """One value of an email's question: `value` as the link carries it, `shown` on its button, and
    what it means in words where it is the end of a row of numbers."""

    value: str
    shown: Said
    words: Said = Said("")  # noqa: RUF009  (it never changes)


class InvitationEmail:
    """One round's email, rendered once a language and filled in for each person.

    The places to fill are marked with words that nobody can guess, so that no text of a user's
    can name them.
    """

    def __init__(self, sent: Round, *, test: bool = False, reminder: bool = False) -> None:
        self._round = sent
        self._test, self._reminder = test, reminder
        self._marks = {
            name: f"{name}-{secrets.token_hex(8)}" for name in ("name", "link", "unsubscribe")
        }
        self._questions = [one for one in sent.survey.questions.all() if asked(sent, one.key)]
        self._rendered: dict[str, tuple[str, str, str]] = {}

    def to(
        self, *, key: str, name: str, address: str, language: str, link: str, unsubscribe: str
    ) -> NewEmail:
        sender = self._round.created_by
        filling = {
            self._marks["name"]: one_line(name),
            self._marks["link"]: link,
            self._marks["unsubscribe"]: unsubscribe,
        }
        subject, text, html = self._in(language)
        for mark, words in filling.items():
            text = text.replace(mark, words)
            html = html.replace(mark, escape(words))
        return NewEmail(
            key=key,
            organisation_id=self._round.organisation_id,
            to_email=address,
            to_name=name,
            from_name=self._round.organisation.name,
            reply_to=sender.user.email if sender is not None else "",
            subject=subject,
            text=text,
            html=html,
            headers=one_click(unsubscribe) if unsubscribe else {},
        )

    def _in(self, wanted: str) -> tuple[str, str, str]:
        """Subject, text and HTML in somebody's language, otherwise in the survey's."""
        if wanted not in self._rendered:
            self._rendered[wanted] = self._render(
                language_for(self._round.survey, wanted="", preferred=wanted)
            )
        return self._rendered[wanted]

    def _render(self, language: Language) -> tuple[str, str, str]:
        sent, spoken = self._round, language.speech
        organisation = sent.organisation.name
        own = sent.title == sent.survey.title
        title = language.survey(sent.survey, "title").text if own else sent.title
        question = first_scored(self._questions)
        minutes = minutes_for(self._questions)
        closes = last_day(sent, spoken.language)
        words = filled(
            spoken.email,
            organisation=organisation,
            name=self._marks["name"],
            title=title,
            figures=sent.figures_from,
            day=closes,
        )
        context = {
            **self._marks,
            "words": words,
            "language": spoken.language,
            "direction": spoken.direction,
            "takes": filled(spoken.page, n=minutes)["minutes" if minutes > 1 else "minute"],
            "title": title,
            "test": self._test,
            "reminder": self._reminder,
            "question": _text_of(question, language) if question is not None else "",
            "chosen": CHOSEN,
            "scores": scores_of(question, language) if question is not None else [],
            # Numbers stand in a row, words one below the other.
            "stacked": question is not None and question.kind not in kinds.NUMBERS,
            "round": sent,
            "sender": organisation,
            "closes": closes,
        }
        return (
            words["reminder_subject"] if self._reminder else title,
            render_to_string("feedback/email/invitation.txt", context),
            render_to_string("feedback/email/invitation.html", context),
        )


def first_scored(questions: Sequence[Question]) -> Question | None:
    """The first question, if its answer is one press."""
    first = questions[0] if questions else None
    return first if first is not None and first.kind in _BUTTONS else None


def scores_of(question: Question, language: Language) -> list[Score]:
    """Its values as buttons: numbers as such, with words at their ends."""
    values = [str(value) for value in kinds.values_of(question)]
    if question.kind not in kinds.NUMBERS:
        labels = labels_of(question, language)
        return [Score(value, labels[value]) for value in values]
    there = question.translations.get(language.speech.language, {})
    ends = {end.value: end.label for end in ends_of_row(question, language, there)}
    return [Score(value, Said(value), ends.get(value, Said(""))) for value in values]


def send_test(*, round: Round, to: Membership) -> None:
    """Send the round's email to a colleague."""
    write_emails([sample_email(round=round, to=to)])


def sample_email(*, round: Round, to: Membership) -> NewEmail:
    """The round's email as a colleague would get it, in the survey's language; its link leads to
    the preview, not to an answer."""
    preview = reverse("feedback:survey_preview", args=[round.organisation.slug, round.survey_id])
    return InvitationEmail(round, test=True).to(
        key=f"round:{round.pk}:test:{secrets.token_hex(8)}",
        name=to.user.get_short_name(),
        address=to.user.email,
        language=round.survey.language,
        link=urljoin(settings.BASE_URL, preview),
        unsubscribe="",
    )


def _text_of(question: Question, language: Language) -> Said:
    there = question.translations.get(language.speech.language, {})
    return language.said(question.text, there.get("text"))
