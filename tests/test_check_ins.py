"""The weekly question to owners: when, whom, once, and by which link."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from missions import services
from missions.models import CheckIn, Commitment, Mission
from missions.services.check_ins import link_token
from missions.services.commitments import monday
from outbox.models import Email
from programme.models import Membership, Organisation, Role
from programme.queries import today_at
from programme.services import set_reminders
from tests import factories
from tests.conftest import at_once
from tests.missions import adopt, begin

LONDON = ZoneInfo("Europe/London")
MONDAY = dt.date(2026, 11, 23)
LAST_WEEK = dt.date(2026, 11, 16)


@pytest.fixture
def adopted(leader: Membership) -> Mission:
    return adopt(begin(leader), leader, "Warm homes for everyone. We come when we said we would.")


@pytest.fixture
def commitment(adopted: Mission, manager: Membership) -> Commitment:
    return commit(adopted, manager)


def commit(mission: Mission, owner: Membership, text: str = "I ring first") -> Commitment:
    """A commitment made long before any week that is asked about."""
    clause = services.number_clauses(mission=mission)[0]
    made = services.make_commitment(clause=clause, text=text, owner=owner)
    long_ago = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    Commitment.objects.filter(pk=made.pk).update(created_at=long_ago)
    return made


def at(day: dt.date, hour: int, zone: ZoneInfo = LONDON) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), zone)


def last_week(organisation: Organisation) -> dt.date:
    return monday(today_at(organisation)) - dt.timedelta(weeks=1)


def link_for(commitment: Commitment, week: dt.date | None = None) -> str:
    assert commitment.owner is not None
    week = week or last_week(commitment.organisation)
    return reverse("check_in", args=[link_token(membership=commitment.owner, week=week)])


# When, and whom


@pytest.mark.parametrize(
    ("moment", "asked"),
    [
        (at(MONDAY, 7), 0),
        (at(MONDAY, 8), 1),
        (at(MONDAY + dt.timedelta(days=1), 23), 1),
        (at(MONDAY + dt.timedelta(days=2), 0), 0),
        (at(MONDAY - dt.timedelta(days=1), 12), 0),
    ],
)
def test_owners_are_asked_on_monday_morning(
    commitment: Commitment, moment: dt.datetime, asked: int
) -> None:
    assert services.ask_owners(now=moment) == asked
    assert Email.objects.count() == asked


def test_it_is_monday_morning_where_the_organisation_is(commitment: Commitment) -> None:
    Organisation.objects.update(timezone="Pacific/Auckland")
    auckland = ZoneInfo("Pacific/Auckland")
    assert services.ask_owners(now=at(MONDAY, 7, auckland)) == 0
    assert at(MONDAY, 8, auckland).astimezone(dt.UTC).date() < MONDAY
    assert services.ask_owners(now=at(MONDAY, 8, auckland)) == 1


def test_once_a_person_and_a_week(
    adopted: Mission, commitment: Commitment, leader: Membership, manager: Membership
) -> None:
    commit(adopted, manager, "I write <b>back</b> & mean it")
    commit(adopted, leader, "I open the door")
    assert services.ask_owners(now=at(MONDAY, 8)) == 2
    assert services.ask_owners(now=at(MONDAY, 9)) == 0
    assert services.ask_owners(now=at(MONDAY + dt.timedelta(days=1), 9)) == 0
    email = Email.objects.get(to_email=manager.user.email)
    assert "I ring first" in email.text
    assert "I write <b>back</b> & mean it" in email.text
    assert "I write &lt;b&gt;back" in email.html
    assert "November 16" in email.text or "16 November" in email.text
    assert email.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert services.ask_owners(now=at(MONDAY + dt.timedelta(weeks=1), 8)) == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_ask_once(commitment: Commitment) -> None:
    asked: list[int] = []

    def work() -> None:
        asked.append(services.ask_owners(now=at(MONDAY, 8)))

    assert at_once(work, work) == [None, None]
    assert sorted(asked) == [0, 1]
    assert Email.objects.count() == 1


def test_who_is_not_asked(
    adopted: Mission, commitment: Commitment, leader: Membership, manager: Membership
) -> None:
    services.end_commitment(commitment=commit(adopted, leader))
    set_reminders(membership=manager, wanted=False)
    commit(adopted, reader := factories.member(adopted.organisation))
    Membership.objects.filter(pk=reader.pk).update(role=Role.AUDITOR)
    commit(adopted, gone := factories.member(adopted.organisation))
    gone.delete()
    new = commit(adopted, factories.member(adopted.organisation))
    Commitment.objects.filter(pk=new.pk).update(created_at=at(MONDAY, 7))
    assert services.ask_owners(now=at(MONDAY, 8)) == 0
    assert not Email.objects.exists()


def test_an_earlier_mission_asks_nobody(commitment: Commitment) -> None:
    Mission.objects.update(state=Mission.State.RETIRED)
    assert services.ask_owners(now=at(MONDAY, 8)) == 0


# By which link


def test_the_link_says_nothing_by_itself_and_keeps_a_word_by_a_button(
    commitment: Commitment, adopted: Mission
) -> None:
    client = Client(enforce_csrf_checks=True)
    link = link_for(commitment)
    page = client.get(link)
    client.head(link)
    assert not CheckIn.objects.exists()
    assert "I ring first" in page.content.decode()
    csrf = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page.content.decode())
    assert csrf
    data = {"commitment": commitment.pk, "done": "yes", "csrfmiddlewaretoken": csrf[1]}
    assert client.post(link, {**data, "csrfmiddlewaretoken": ""}).status_code == 403
    assert client.post(link, data).status_code == 303
    word = CheckIn.objects.get()
    assert (word.done, word.week, word.by) == (
        True,
        last_week(adopted.organisation),
        commitment.owner,
    )
    client.post(link, {**data, "done": "no"})
    assert CheckIn.objects.get().done is False
    assert "Not in the week of" in client.get(link).content.decode()


@pytest.mark.parametrize("nonsense", ["", "0", "abc", "²", "9" * 30, "-1"])
def test_nonsense_is_no_word(commitment: Commitment, nonsense: str) -> None:
    answer = Client().post(link_for(commitment), {"commitment": nonsense, "done": "yes"})
    assert answer.status_code == 422
    answer = Client().post(link_for(commitment), {"commitment": commitment.pk, "done": nonsense})
    assert answer.status_code == 422
    assert not CheckIn.objects.exists()


def test_a_link_reaches_only_ones_own(
    adopted: Mission, commitment: Commitment, leader: Membership
) -> None:
    other = commit(adopted, leader, "I open the door")
    assert "I open the door" not in Client().get(link_for(commitment)).content.decode()
    answer = Client().post(link_for(commitment), {"commitment": other.pk, "done": "yes"})
    assert answer.status_code == 422
    assert not CheckIn.objects.exists()


def test_links_that_do_not_work(commitment: Commitment, manager: Membership) -> None:
    good = link_for(commitment)
    forged = signing.dumps([manager.pk, LAST_WEEK.isoformat()], salt="another")
    for link in (good.replace("/week/", "/week/x"), reverse("check_in", args=[forged])):
        assert Client().get(link).status_code == 404
        assert Client().post(link, {"commitment": commitment.pk, "done": "yes"}).status_code == 404
    long_ago = link_for(commitment, dt.date(2020, 1, 6))
    answer = Client().post(long_ago, {"commitment": commitment.pk, "done": "yes"})
    assert answer.status_code == 409
    manager.delete()
    assert Client().get(good).status_code == 404
    assert not CheckIn.objects.exists()


def test_an_ended_commitment_is_not_asked_about_by_an_old_link(commitment: Commitment) -> None:
    link = link_for(commitment)
    services.end_commitment(commitment=commitment)
    assert "nothing to say" in Client().get(link).content.decode()
    answer = Client().post(link, {"commitment": commitment.pk, "done": "yes"})
    assert answer.status_code == 409


def test_one_click_stops_and_another_starts_again(
    commitment: Commitment, manager: Membership, as_manager: Client
) -> None:
    def wanted() -> bool:
        return Membership.objects.get(pk=manager.pk).wants_reminders

    services.ask_owners(now=at(MONDAY, 8))
    email = Email.objects.get()
    assert email.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = email.headers["List-Unsubscribe"].strip("<>")
    assert address in email.text
    assert address in email.html
    # The page's is signed at its own second.
    assert address.rsplit(":", 2)[0] in Client().get(link_for(commitment)).text
    stop = address[address.index("/reminders/") :]
    mail_program = Client(enforce_csrf_checks=True)
    assert "on Mondays" in mail_program.get(stop).text
    assert wanted(), "looking stops nothing"
    for _ in range(2):
        assert mail_program.post(stop, {"List-Unsubscribe": "One-Click"}).status_code == 200
        assert not wanted()
    assert services.ask_owners(now=at(MONDAY + dt.timedelta(weeks=1), 8)) == 0
    place = {"organisation": commitment.organisation.slug}
    page = reverse("missions:commitments", kwargs=place)
    own = reverse("programme:own_reminders", kwargs=place)
    assert "You are not asked by email" in as_manager.get(page).text
    assert own in as_manager.get(page).text
    as_manager.post(own, {"wanted": "yes"})
    assert wanted()
    assert "On Monday morning an email asks you" in as_manager.get(page).text
    assert services.ask_owners(now=at(MONDAY + dt.timedelta(weeks=2), 8)) == 1


# An owner who has left


def test_whoever_has_left_hands_over(
    commitment: Commitment, manager: Membership, as_leader: Client, leader: Membership
) -> None:
    services.check_in(commitment=commitment, done=True, by=manager)
    manager.delete()
    place = {"organisation": commitment.organisation.slug}
    assert (
        "Nobody at the moment"
        in as_leader.get(reverse("missions:commitments", kwargs=place)).content.decode()
    )
    give = reverse("missions:commitment_give", kwargs={**place, "commitment": commitment.pk})
    assert "has left" in as_leader.get(give).content.decode()
    stranger = factories.member(factories.organisation())
    assert as_leader.post(give, {"owner": stranger.pk}).status_code == 422
    assert as_leader.post(give, {"owner": leader.pk}).status_code == 302
    commitment.refresh_from_db()
    assert commitment.owner == leader
    assert commitment.check_ins.count() == 1
