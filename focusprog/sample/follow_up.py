"""What people left at the sample's open door, and what came of it."""

import datetime as dt
from decimal import Decimal
from uuid import uuid4

from django.utils import timezone

from feedback import services
from feedback.models import Conversation, OpenDoorItem
from focusprog.sample import words
from focusprog.sample.people import Cast
from outbox.models import Email
from programme.models import Person, PersonKind, Role
from programme.services import record_loss


def make_follow_up(cast: Cast, today: dt.date) -> None:
    """Items of every kind, one answered, one thanked for, and customers lost."""
    organisation, manager = cast.organisation, cast.members[Role.MANAGER]
    services.set_standard(
        organisation=organisation,
        hours=16,
        days=range(5),
        day_starts=dt.time(8, 0),
        day_ends=dt.time(17, 0),
        first_owner=manager,
        from_low_scores=True,
    )
    items = []
    for kind, touchpoint, text, whom, name, email, hours in words.DOOR:
        item = services.leave_item(
            organisation=organisation,
            item_id=uuid4(),
            kind=kind,
            text=text,
            touchpoint=cast.touchpoints[touchpoint] if touchpoint else None,
            whom=whom,
            name=name,
        )
        # Their addresses are none that a test email should go to.
        Conversation.objects.filter(pk=item.conversation_id).update(email=email)
        left_at = timezone.now() - dt.timedelta(hours=hours)
        OpenDoorItem.objects.filter(pk=item.pk).update(created_at=left_at)
        items.append(item)
    complaint = next(one for one in items if one.kind == "complaint")
    services.add_note(case=complaint.case, text=words.CASE_NOTE, by=manager)
    services.reply(case=complaint.case, text=words.CASE_REPLY, by=manager)
    services.add_word(
        conversation=complaint.conversation, text=words.CASE_ANSWER, external_id="sample"
    )
    staff = Person.objects.filter(organisation=organisation, kind=PersonKind.STAFF)
    thanked = staff.filter(team=cast.teams[words.THANKED_TEAM])[0]
    services.thank_colleague(
        organisation=organisation,
        colleague=thanked,
        team=None,
        kind="saving",
        text=words.THANKS,
        given_by=cast.members[Role.MEMBER],
    )
    services.recognise_item(
        item=next(one for one in reversed(items) if one.kind == "compliment"),
        colleague=None,
        team=cast.teams[words.THANKED_TEAM],
        kind="serving",
        text=words.DOOR[-1][2],
        by=manager,
    )
    # All this was days ago: nobody is told of it now.
    Email.objects.filter(
        organisation_id=organisation.pk, key__regex="^(case|recognition|door)"
    ).delete()
    customers = Person.objects.filter(organisation=organisation, kind=PersonKind.CUSTOMER)
    for number, (reason, story, days) in enumerate(words.LOSSES):
        record_loss(
            organisation=organisation,
            customer=customers[number],
            name="",
            lost_on=today - dt.timedelta(days=days),
            reason=reason,
            story=story,
            worth=Decimal(7_200) if number == 0 else None,
            by=manager,
        )
