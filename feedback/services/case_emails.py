"""Emails to colleagues about a case.

Most are a duty: somebody outside waits, and only they can act (it became theirs, there is an
answer, it has not helped, nobody has acted in time). That a case of one's own is late is a reminder
of what one knows: it comes with the way to stop it, and not to those who have.
"""

from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from feedback.days import day_said
from feedback.models import Case
from outbox.emails import email_from
from outbox.services import NewEmail, write_emails
from programme.models import Membership
from programme.services import reminder_headers, reminders_address

YOURS, ANSWER, NOT_HELPED = "yours", "answer", "not_helped"
LATE, LATE_FOR_LEADERS = "late", "late_for_leaders"
_HEADINGS = {
    YOURS: "A case is yours",
    ANSWER: "They answered",
    NOT_HELPED: "It has not helped yet",
    LATE: "Your case is late",
    LATE_FOR_LEADERS: "A case is late",
}


def tell_owner(case: Case, *, key: str, part: str, text: str = "", attachments: int = 0) -> None:
    """Email the owner, if there is one, that something about a case wants them."""
    if case.owner is not None:
        email = case_email(case, case.owner, key=key, part=part, text=text, attachments=attachments)
        write_emails([email])


def case_email(
    case: Case, to: Membership, *, key: str, part: str, text: str = "", attachments: int = 0
) -> NewEmail:
    """An email about one case; `text` is what somebody wrote, and so many files came with it."""
    organisation = case.organisation
    path = reverse("feedback:case", kwargs={"organisation": organisation.slug, "case": case.pk})
    context = {
        "case": case,
        "language": organisation.language,
        "part": part,
        "heading": _HEADINGS[part],
        "due": _due(case),
        "text": text,
        "attachments": attachments,
        "link": urljoin(settings.BASE_URL, path),
        "unsubscribe": reminders_address(to) if part == LATE else "",
    }
    return email_from(
        organisation,
        "feedback/email/case",
        context,
        key=key,
        to_email=to.user.email,
        to_name=str(to.user),
        subject=f"{_HEADINGS[part]}: {case.title}",
        headers=reminder_headers(to) if part == LATE else {},
    )


def _due(case: Case) -> str:
    """By the organisation's clock."""
    if case.due_at is None:
        return ""
    return day_said(case.due_at.astimezone(ZoneInfo(case.organisation.timezone)), time=True)
