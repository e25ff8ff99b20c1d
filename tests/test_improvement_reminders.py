"""Owners are told what is late: once a week for a due date, by their own clock, if they want."""

import datetime as dt
from collections.abc import Callable
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from outbox.models import Email
from programme.models import Membership, Organisation
from programme.queries import today_at
from programme.services import set_reminders
from tests import factories
from tests.conftest import wait_until
from touchpoints.models import Improvement
from touchpoints.services import add_improvement, change_improvement, remind_of_late
from touchpoints.tasks import sweep

pytestmark = pytest.mark.django_db


def _zone_with_hour(*hours: int) -> str:
    """A time zone where it is one of these hours now."""
    for offset in range(-12, 15):
        name = f"Etc/GMT{-offset:+d}" if offset else "UTC"
        if timezone.now().astimezone(ZoneInfo(name)).hour in hours:
            return name
    raise AssertionError(hours)


@pytest.fixture
def organisation(db: None) -> Organisation:
    """Where it is between nine in the morning and eight in the evening."""
    made = factories.organisation("Larkfield")
    Organisation.objects.filter(pk=made.pk).update(timezone=_zone_with_hour(*range(9, 20)))
    made.refresh_from_db()
    return made


def _late(
    owner: Membership | None, organisation: Organisation, title: str = "Late", days: int = 1
) -> Improvement:
    due = today_at(organisation) - dt.timedelta(days=days)
    return add_improvement(organisation=organisation, title=title, owner=owner, due_on=due)


def test_all_that_is_late_in_one_email(manager: Membership, organisation: Organisation) -> None:
    other = factories.member(organisation)
    _late(manager, organisation, "First")
    _late(manager, organisation, "Second", days=30)
    _late(other, organisation, "Third")
    assert remind_of_late() == 2
    email = Email.objects.get(to_email=manager.user.email)
    assert email.subject == "Larkfield: 2 improvements are late"
    assert email.text.index("Second") < email.text.index("First")
    assert "Third" not in email.text
    assert "/reminders/" in email.text
    assert email.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_once_a_week_for_a_due_date(manager: Membership, organisation: Organisation) -> None:
    one = _late(manager, organisation)
    assert [remind_of_late() for _ in range(3)] == [1, 0, 0]
    # The week before, it was told too: it is again, once.
    today = today_at(organisation)
    monday = today - dt.timedelta(days=today.weekday())
    Email.objects.all().delete()
    Improvement.objects.update(reminded_on=monday - dt.timedelta(days=1))
    assert [remind_of_late() for _ in range(2)] == [1, 0]
    Improvement.objects.update(reminded_on=monday)
    assert remind_of_late() == 0
    # A new due date that passes counts anew.
    new = today - dt.timedelta(days=2)
    change_improvement(improvement=one, title="Late", due_on=new)
    assert [remind_of_late() for _ in range(2)] == [1, 0]


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "done", "done_on": dt.date(2026, 1, 1)},
        {"state": "dropped"},
        {"owner": None},
        {"due_on": None},
        {"due_on": "today"},
    ],
)
def test_what_is_not_late_or_nobody_s(
    manager: Membership, organisation: Organisation, fields: dict[str, object]
) -> None:
    one = _late(manager, organisation)
    if fields.get("due_on") == "today":
        fields = {"due_on": today_at(organisation)}
    Improvement.objects.filter(pk=one.pk).update(**fields)
    assert remind_of_late() == 0


def test_not_at_night(manager: Membership, organisation: Organisation) -> None:
    _late(manager, organisation, days=3)
    Organisation.objects.update(timezone=_zone_with_hour(0, 1, 2, 3, 4, 5, 6, 7))
    assert remind_of_late() == 0
    Organisation.objects.update(timezone=_zone_with_hour(8))
    assert remind_of_late() == 1


def test_turned_off_and_on_again(manager: Membership, organisation: Organisation) -> None:
    _late(manager, organisation)
    set_reminders(membership=manager, wanted=False)
    assert remind_of_late() == 0
    set_reminders(membership=manager, wanted=True)
    assert remind_of_late() == 1


def test_the_link_in_the_email_turns_them_off(
    manager: Membership, organisation: Organisation
) -> None:
    _late(manager, organisation)
    sweep()
    header = Email.objects.get().headers["List-Unsubscribe"]
    path = header[header.index("/reminders/") : -1]
    Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})
    manager.refresh_from_db()
    assert not manager.wants_reminders


@pytest.mark.django_db(transaction=True)
def test_the_email_arrives(
    celery_worker: None,
    manager: Membership,
    organisation: Organisation,
    mailbox: Callable[[], list[EmailMessage]],
) -> None:
    _late(manager, organisation, "Shorter <letters>")
    remind_of_late()
    (email,) = wait_until(mailbox)
    assert email["To"].addresses[0].addr_spec == manager.user.email
    assert email["List-Unsubscribe"]
    body = email.get_body(("html",))
    assert body is not None
    assert "Shorter &lt;letters&gt;" in body.get_content()
