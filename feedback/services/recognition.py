"""Thanks to a colleague or a team for serving or saving a customer."""

from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from feedback.services.errors import FeedbackError
from feedback.spoken import filled, speech
from outbox.emails import email_from
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
    emails = Membership.objects.filter(organisation=organisation).values_list("user__email")
    members = {email.lower() for (email,) in emails}
    write_emails(_email(made, person, may_look=person.email.lower() in members) for person in to)
    return made


def _email(made: Recognition, person: Person, *, may_look: bool) -> NewEmail:
    """In the language of whoever is thanked, with the page of thanks where they can open it."""
    organisation = made.organisation
    spoken = speech(person.language)
    giver = None if made.from_customer else made.given_by
    words = filled(spoken.email, name=str(giver.user) if giver is not None else "")
    whom = "team" if made.team is not None else "you"
    path = reverse("feedback:recognition", kwargs={"organisation": organisation.slug})
    context = {
        "recognition": made,
        "language": spoken.language,
        "direction": spoken.direction,
        "words": words,
        "title": words[f"thanks_customer_{whom}" if giver is None else f"thanks_{whom}"],
        "what_for": words[f"thanks_{made.kind}"],
        "link": urljoin(settings.BASE_URL, path) if may_look else "",
    }
    return email_from(
        organisation,
        "feedback/email/recognition",
        context,
        key=f"recognition:{made.pk}:{person.pk}",
        to_email=person.email,
        to_name=person.name,
        subject=str(context["title"]),
    )
