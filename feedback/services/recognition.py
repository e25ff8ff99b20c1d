"""Thanks to a colleague or a team for serving or saving a customer."""

from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from feedback.services.errors import FeedbackError
from outbox.services import NewEmail, write_emails
from programme.models import Membership, Organisation, Person, PersonKind, Recognition, Team


@transaction.atomic
def thank_colleague(
    *,
    organisation: Organisation,
    colleague: Person | None,
    team: Team | None,
    kind: str,
    text: str,
    given_by: Membership | None,
    from_customer: bool = False,
) -> Recognition:
    """Thank one colleague or one team; they are told by email, each once."""
    if (colleague is None) == (team is None):
        raise FeedbackError("Thank either a colleague or a team.")
    made = Recognition.objects.create(
        organisation=organisation,
        colleague=colleague,
        team=team,
        kind=kind,
        text=text,
        given_by=given_by,
        from_customer=from_customer,
    )
    staff = Person.objects.filter(organisation=organisation, kind=PersonKind.STAFF).reachable()
    to = staff.filter(team=team) if colleague is None else staff.filter(pk=colleague.pk)
    write_emails(_email(made, person) for person in to)
    return made


def _email(made: Recognition, person: Person) -> NewEmail:
    organisation = made.organisation
    path = reverse("feedback:recognition", kwargs={"organisation": organisation.slug})
    if made.from_customer or made.given_by is None:
        thanks = "A customer thanks"
    else:
        thanks = f"{made.given_by.user} thanks"
    context = {
        "recognition": made,
        "person": person,
        "sender": organisation.name,
        "language": organisation.language,
        "title": f"{thanks} {'your team' if made.team is not None else 'you'}",
        "link": urljoin(settings.BASE_URL, path),
    }
    return NewEmail(
        key=f"recognition:{made.pk}:{person.pk}",
        to_email=person.email,
        to_name=person.name,
        subject=str(context["title"]),
        text=render_to_string("feedback/email/recognition.txt", context),
        html=render_to_string("feedback/email/recognition.html", context),
        from_name=organisation.name,
        organisation_id=organisation.pk,
    )
