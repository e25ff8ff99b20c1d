"""The email that tells somebody of a change."""

import secrets
from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape

from feedback import email_keys
from feedback.models import Change
from feedback.services.stopping import Receiver, stop_token
from feedback.spoken import base_of, direction_of, filled, speech
from outbox.services import NewEmail
from programme.models import Membership, Person
from programme.services import one_click


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The email in one language, with a mark where the link goes that stops it."""

    subject: str
    text: str
    html: str


class ChangeEmail:
    """A change's email, rendered once for each language and filled in for each receiver.

    The place to fill is marked with a word that nobody can guess, so that no text of a user's can
    name it.
    """

    def __init__(self, change: Change, *, test: bool = False) -> None:
        self._change = change
        self._test = test
        self._mark = f"stop-{secrets.token_hex(8)}"
        self._sheets: dict[str, _Sheet] = {}

    def to(self, receiver: Receiver) -> NewEmail:
        change, stop = self._change, _address("unsubscribe", stop_token(receiver))
        sheet = self.sheet(receiver.language)
        known = isinstance(receiver, Person)
        key_to = email_keys.to_person if known else email_keys.to_outsider
        return NewEmail(
            key=key_to(change.pk, receiver.pk),
            organisation_id=change.organisation_id,
            to_email=receiver.email,
            to_name=receiver.name,
            from_name=change.organisation.name,
            reply_to=self.reply_to,
            subject=sheet.subject,
            text=sheet.text.replace(self._mark, stop),
            html=sheet.html.replace(self._mark, escape(stop)),
            headers=one_click(stop),
        )

    def test_to(self, member: Membership) -> NewEmail:
        """To a colleague, in the organisation's language, with nothing to stop."""
        sheet = self.sheet(self._change.organisation.language)
        return NewEmail(
            key=f"change-test:{self._change.pk}:{secrets.token_hex(8)}",
            organisation_id=self._change.organisation_id,
            to_email=member.user.email,
            to_name=str(member.user),
            from_name=self._change.organisation.name,
            reply_to=self.reply_to,
            subject=sheet.subject,
            text=sheet.text,
            html=sheet.html,
        )

    @property
    def reply_to(self) -> str:
        """Whoever wrote the change hears what is said to it."""
        writer = self._change.written_by
        return writer.user.email if writer is not None else ""

    def sheet(self, language: str) -> _Sheet:
        spoken = speech(language)
        if spoken.language not in self._sheets:
            self._sheets[spoken.language] = self._rendered(spoken.language)
        return self._sheets[spoken.language]

    def _rendered(self, language: str) -> _Sheet:
        change, spoken = self._change, speech(language)
        organisation = change.organisation
        words = filled(spoken.door, organisation=organisation.name)
        page = _address("did", organisation.slug)
        own = base_of(organisation.language)
        context = {
            "change": change,
            "sender": organisation.name,
            "language": spoken.language,
            "direction": spoken.direction,
            # The change's own words, where they are not in the email's language.
            "own": {"language": own, "direction": direction_of(own)},
            "words": words,
            "page_words": spoken.page,
            "link": "" if change.staff_only else f"{page}#change-{change.pk}",
            "stop": "" if self._test else self._mark,
        }
        return _Sheet(
            subject=f"{words['change_subject']}: {change.title}",
            text=render_to_string("feedback/email/change.txt", context),
            html=render_to_string("feedback/email/change.html", context),
        )


def _address(name: str, part: str) -> str:
    return urljoin(settings.BASE_URL, reverse(name, args=[part]))
