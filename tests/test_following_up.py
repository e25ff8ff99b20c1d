"""Cases followed up: due, answered by email and page, late, settled, lost; and thanks."""

import datetime as dt
from decimal import Decimal
from email.message import EmailMessage

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from feedback.models import Case, Invitation, Message
from feedback.services import (
    add_note,
    add_word,
    ask_whether_it_helped,
    escalate_late,
    follow_address,
    lose_case,
    open_case,
    open_round,
    reply,
    say_whether_it_helped,
    set_standard,
    submit_response,
    take_email,
    thank_colleague,
    update_case,
)
from feedback.services.conversations import reply_address
from feedback.services.errors import FeedbackError
from outbox.models import Email
from programme.models import Loss, Membership, Organisation, Recognition
from programme.queries import loss_totals
from programme.services import reminders_address, set_reminders
from tests import factories
from tests.doors import left, mark

pytestmark = pytest.mark.django_db


def _standard(organisation: Organisation, owner: Membership | None = None, **fields: bool) -> None:
    set_standard(
        organisation=organisation,
        hours=8,
        days=range(5),
        day_starts=dt.time(9),
        day_ends=dt.time(17),
        first_owner=owner,
        from_low_scores=fields.get("from_low_scores", False),
    )


def _case(organisation: Organisation, owner: Membership | None = None) -> Case:
    """Of a customer who left an address at the open door."""
    case = left(organisation, name="Ada", email="ada@example.com").case
    if owner is not None:
        Case.objects.filter(pk=case.pk).update(owner=owner)
        case.refresh_from_db()
    Email.objects.all().delete()
    return case


def test_an_item_is_due_from_when_it_was_left(organisation: Organisation) -> None:
    _standard(organisation)
    with time_machine.travel(dt.datetime(2026, 11, 27, 15, 0, tzinfo=dt.UTC), tick=False):
        case = left(organisation).case
    # Friday at three, eight working hours: Monday at three.
    assert case.due_at == dt.datetime(2026, 11, 30, 15, 0, tzinfo=dt.UTC)


def test_a_new_case_is_the_touchpoints_owners_or_whoever_gets_new_ones(
    organisation: Organisation, manager: Membership, leader: Membership
) -> None:
    _standard(organisation, leader)
    at = factories.touchpoint(organisation)
    assert left(organisation).case.owner == leader
    at.owner = manager
    at.save()
    assert left(organisation, text="There.", at=str(at.pk)).case.owner == manager


# Low answers


@pytest.mark.parametrize(
    ("recommend", "opens"), [(0, True), (6, True), (7, False), (10, False), (None, False)]
)
def test_a_low_answer_of_a_named_customer_opens_a_case_once(
    organisation: Organisation, recommend: int | None, opens: bool
) -> None:
    _standard(organisation, from_low_scores=True)
    person = factories.customer(organisation)
    sent = factories.draft_round(organisation)
    open_round(round=sent)
    invitation = Invitation.objects.get()
    response = factories.submitted(invitation, recommend=recommend, comment="Hm.")
    assert Case.objects.filter(response=response, person=person).exists() == opens
    # Answered anew: still one.
    submit_response(invitation=invitation, answers={"recommend": 1}, version=response.version)
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("switched_on", "fields"),
    [(False, {}), (True, {"confidential": True}), (True, {"answers_apart": True})],
)
def test_no_case_opens_by_itself_where_it_should_not(
    organisation: Organisation, switched_on: bool, fields: dict[str, bool]
) -> None:
    _standard(organisation, from_low_scores=switched_on)
    factories.customer(organisation)
    sent = factories.draft_round(organisation, **fields)
    open_round(round=sent)
    factories.submitted(Invitation.objects.get(), recommend=0)
    assert not Case.objects.exists()


# Answers both ways


def test_our_answer_goes_by_email_and_theirs_is_threaded_back(
    organisation: Organisation, manager: Membership
) -> None:
    case = _case(organisation, manager)
    conversation = case.conversation
    assert conversation is not None
    reply(case=case, text="Tomorrow at nine.", by=manager)
    email = Email.objects.get(to_email="ada@example.com")
    assert "Tomorrow at nine." in email.text
    assert email.reply_to == reply_address(conversation)
    assert follow_address(conversation) in email.text
    answer = EmailMessage()
    answer["To"] = f"Larkfield <{email.reply_to.upper()}>"
    answer["Message-ID"] = "<one@example.com>"
    answer["From"] = "ada@example.com"
    answer.set_content(
        "Nine is fine.\n\nOn Tue, 24 Nov 2026 at 10:00, Larkfield <a@b.example> wrote:\n> Tomorrow"
    )
    for _ in range(2):
        take_email(answer)
    assert [(m.from_us, m.text) for m in Message.objects.all()] == [
        (True, "Tomorrow at nine."),
        (False, "Nine is fine."),
    ]
    assert Email.objects.filter(to_email=manager.user.email, subject__startswith="They").exists()
    case.refresh_from_db()
    assert case.waits_for_us
    reply(case=case, text="See you.", by=manager)
    case.refresh_from_db()
    assert not case.waits_for_us


def test_without_inbound_mail_the_email_leads_to_the_page(
    organisation: Organisation, manager: Membership, settings: Settings
) -> None:
    settings.REPLY_ADDRESS = ""
    case = _case(organisation)
    assert case.conversation is not None
    reply(case=case, text="Tomorrow at nine.", by=manager)
    email = Email.objects.get(to_email="ada@example.com")
    assert email.reply_to == ""
    assert "reply to this email" not in email.text
    assert follow_address(case.conversation) in email.text


def test_nobody_to_answer_is_said(organisation: Organisation, as_manager: Client) -> None:
    case = open_case(organisation=organisation, title="By hand")
    address = reverse("feedback:case_reply", args=[organisation.slug, case.pk])
    answer = as_manager.post(address, {"text": "Hello", "mark": "m"})
    assert answer.status_code == 422
    assert "Nobody is known" in answer.text
    assert not Email.objects.exists()


# Late


def test_the_owner_is_told_once_then_the_leaders_once(
    organisation: Organisation, manager: Membership, leader: Membership
) -> None:
    _standard(organisation)
    with time_machine.travel(dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC), tick=False) as clock:
        case = _case(organisation, manager)
        assert escalate_late() == 0
        told = []
        for hours in (8, 1, 30, 24, 24 * 7):
            clock.shift(dt.timedelta(hours=hours))
            escalate_late()
            escalate_late()
            late = Email.objects.filter(key__startswith="case-late:")
            told.append(sorted(late.values_list("to_email", flat=True)))
        owner, first = manager.user.email, leader.user.email
        assert told == [[owner], [owner], *[sorted([owner, first])] * 3]
        # A new due day is watched anew.
        update_case(
            case=case,
            title=case.title,
            owner=manager,
            due_at=timezone.now() + dt.timedelta(hours=1),
            state="open",
            outcome="",
        )
        clock.shift(dt.timedelta(hours=2))
        assert escalate_late() == 1


def test_a_reminder_can_be_stopped_and_a_duty_cannot(
    organisation: Organisation, manager: Membership, leader: Membership
) -> None:
    _standard(organisation)
    with time_machine.travel(dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC), tick=False) as clock:
        case = _case(organisation, manager)
        Membership.objects.update(wants_reminders=False)
        clock.shift(dt.timedelta(hours=8))
        assert escalate_late() == 0
        clock.shift(dt.timedelta(hours=25))
        assert escalate_late() == 1
        told = Email.objects.get(key__startswith="case-late:")
        assert (told.to_email, told.headers) == (leader.user.email, {})
        # Somebody waits for them.
        reply(case=case, text="Tomorrow.", by=leader)
        assert case.conversation is not None
        add_word(conversation=case.conversation, text="Fine.", external_id="1")
        assert Email.objects.filter(to_email=manager.user.email).count() == 1
        # Turned on again: the next due day has its reminder, with the way to stop it.
        set_reminders(membership=manager, wanted=True)
        Case.objects.update(owner_told_at=None, due_at=timezone.now())
        clock.shift(dt.timedelta(minutes=1))
        escalate_late()
        late = Email.objects.get(to_email=manager.user.email, key__startswith="case-late:")
        assert late.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert reminders_address(manager) in late.text
        assert reminders_address(manager) in late.html


def test_a_late_case_of_nobodys_goes_to_the_leaders_at_once(
    organisation: Organisation, leader: Membership
) -> None:
    case = _case(organisation)
    Case.objects.filter(pk=case.pk).update(due_at=timezone.now() - dt.timedelta(minutes=1))
    escalate_late()
    escalate_late()
    email = Email.objects.get(key__startswith="case-late:")
    assert email.to_email == leader.user.email
    Case.objects.filter(pk=case.pk).update(state="closed", leaders_told_at=None)
    assert escalate_late() == 0


# Settled


def test_a_no_opens_the_case_again_and_a_yes_recovers_it(
    organisation: Organisation, manager: Membership
) -> None:
    case = _case(organisation, manager)
    update_case(
        case=case,
        title=case.title,
        owner=manager,
        due_at=case.due_at,
        state="closed",
        outcome="Mended.",
        cause="A name not passed on",
        by=manager,
    )
    # Nothing was asked yet.
    assert say_whether_it_helped(case=case, helped=True).helped is None
    ask_whether_it_helped(case=case, by=manager)
    ask_whether_it_helped(case=case, by=manager)
    asked = Email.objects.get(key__startswith="case-helped:")
    for part in (asked.text, asked.html):
        assert "You wrote" in part, "they may have forgotten what it was"
        assert case.item is not None
        assert case.item.text in part
    client = Client()
    assert case.conversation is not None
    link = follow_address(case.conversation)
    own = client.get("/f/" + link.split("/f/")[1], follow=True)
    assert "Has it helped?" in own.text
    case.refresh_from_db()
    assert case.helped is None
    page = reverse("follow", args=[case.conversation.pk])
    client.post(page, {"helped": "no"})
    case.refresh_from_db()
    assert case.state == "open"
    assert [case.helped, case.closed_at] == [False, None]
    assert Email.objects.filter(subject__startswith="It has not helped").count() == 1
    ask_whether_it_helped(case=case, by=manager)
    client.post(page, {"helped": "yes"})
    client.post(page, {"helped": "no"})
    case.refresh_from_db()
    assert [case.state, case.helped, case.outcome] == ["recovered", True, "Mended."]


def test_a_loss_from_a_case_keeps_when_why_and_worth(
    organisation: Organisation, as_manager: Client, manager: Membership
) -> None:
    segment = factories.segment(organisation)
    person = factories.customer(organisation, "Ada", segment=segment, yearly_value=Decimal(900))
    case = open_case(organisation=organisation, title="Gone?", person=person)
    address = reverse("feedback:case_lose", args=[organisation.slug, case.pk])
    assert 'value="900.00"' in as_manager.get(address).text
    bad = as_manager.post(address, {"lost_on": "soon", "reason": "moon", "worth": "-1"})
    assert set(bad.context["form"].errors) == {"lost_on", "reason", "worth"}
    sent = {"lost_on": "2026-11-20", "reason": "service", "story": "Nobody rang.", "worth": ""}
    for _ in range(2):
        as_manager.post(address, sent)
    loss = Loss.objects.get()
    assert (loss.customer, loss.segment, loss.worth) == (person, segment, Decimal(900))
    case.refresh_from_db()
    assert (case.state, case.loss) == ("lost", loss)
    lose_case(case=case, lost_on=loss.lost_on, reason="price", story="", worth=None, by=manager)
    assert Loss.objects.get().reason == "service"


def test_losses_by_hand_are_listed_with_totals(
    organisation: Organisation, as_manager: Client, as_auditor: Client
) -> None:
    factories.customer(organisation, "Ada", email="ada@example.com", yearly_value=Decimal(500))
    add = reverse("programme:loss_add", args=[organisation.slug])
    nobody = as_manager.post(add, {"lost_on": "2026-11-20", "reason": "price"})
    assert list(nobody.context["form"].errors) == ["name"]
    unknown = {"lost_on": "2026-11-20", "reason": "price", "email": "who@example.com"}
    assert list(as_manager.post(add, unknown).context["form"].errors) == ["email"]
    as_manager.post(add, unknown | {"email": "ADA@example.com"})
    as_manager.post(add, unknown | {"email": "", "name": "=Bea", "reason": "gone"})
    totals = [(one.reason, one.n, one.worth, one.known) for one in loss_totals(organisation)]
    assert totals == [
        ("The price", 1, Decimal(500), 1),
        ("They closed, moved or no longer need it", 1, Decimal(0), 0),
        ("All", 2, Decimal(500), 1),
    ]
    page = reverse("programme:losses", args=[organisation.slug])
    assert "Ada" in as_manager.get(page).text
    assert "Ada" not in as_auditor.get(page).text
    table = reverse("programme:losses_csv", args=[organisation.slug])
    assert "'=Bea" in as_manager.get(table).text
    assert "Bea" not in as_auditor.get(table).text
    remove = reverse("programme:loss_remove", args=[organisation.slug, Loss.objects.all()[0].pk])
    assert as_auditor.post(remove).status_code == 403
    as_manager.post(remove)
    assert Loss.objects.count() == 1


# The page and the list


def test_a_case_shows_what_was_said_and_names_only_to_those_who_act(
    organisation: Organisation, manager: Membership, as_manager: Client, as_auditor: Client
) -> None:
    case = _case(organisation, manager)
    add_note(case=case, text="Check the <b>name</b>.", by=manager)
    reply(case=case, text="We look into it.", by=manager)
    address = reverse("feedback:case", args=[organisation.slug, case.pk])
    whole = as_manager.get(address).text
    for words in ("Nobody came.", "Check the &lt;b&gt;name", "We look into it.", "ada@example.com"):
        assert words in whole
    shown = as_auditor.get(address).text
    assert "Check the" in shown
    assert "ada@example.com" not in shown
    assert "Send the answer" not in shown
    slug = organisation.slug
    for name in ("case_reply", "case_note", "case_ask_helped", "case_lose", "case_edit"):
        refused = as_auditor.post(reverse(f"feedback:{name}", args=[slug, case.pk]))
        assert refused.status_code == 403
    theirs = open_case(organisation=factories.organisation(), title="Theirs")
    for name in ("case", "case_reply", "case_note", "case_ask_helped", "case_lose"):
        found = as_manager.post(reverse(f"feedback:{name}", args=[slug, theirs.pk]))
        assert found.status_code in {404, 405}


def test_notes_and_answers_by_the_page(organisation: Organisation, as_manager: Client) -> None:
    case = _case(organisation)
    slug = organisation.slug
    note = reverse("feedback:case_note", args=[slug, case.pk])
    assert as_manager.post(note, {"note": ""}).status_code == 422
    as_manager.post(note, {"note": "Ring her."})
    answer = reverse("feedback:case_reply", args=[slug, case.pk])
    sent = {"text": "Hello Ada.", "mark": mark()}
    for _ in range(2):
        as_manager.post(answer, sent)
    assert [message.text for message in Message.objects.all()] == ["Hello Ada."]
    kept = as_manager.post(answer, {"text": "x" * 10_001, "mark": mark()})
    assert kept.status_code == 422
    as_manager.post(reverse("feedback:case_ask_helped", args=[slug, case.pk]))
    shown = as_manager.get(reverse("feedback:case", args=[slug, case.pk])).text
    for words in ("Ring her.", "Hello Ada.", "Asked; no answer yet"):
        assert words in shown


def test_the_list_filters_counts_and_is_exported(
    organisation: Organisation, manager: Membership, as_manager: Client, as_member: Client
) -> None:
    own = _case(organisation, manager)
    hand = open_case(organisation=organisation, title="=By hand", name="Bea", email="b@example.com")
    Case.objects.filter(pk=hand.pk).update(
        due_at=timezone.now() - dt.timedelta(days=1), waits_for_us=True
    )
    address = reverse("feedback:cases", args=[organisation.slug])
    for query, found in {
        "": {own, hand},
        "?state=late": {hand},
        "?state=theirs": {hand},
        "?state=lost": set(),
        "?owner=own": {own},
        "?owner=nobody": {hand},
        f"?owner={manager.pk}": {own},
        "?source=door": {own},
        "?source=hand": {hand},
        "?q=hand": {hand},
        "?state=moon&owner=x&source=y": {own, hand},
    }.items():
        shown = as_manager.get(address + query)
        assert set(shown.context["page_obj"]) == found, query
    counts = {word: n for word, _, n in shown.context["states"]}
    assert (counts["open"], counts["late"], counts["theirs"]) == (2, 1, 1)
    table = reverse("feedback:cases_csv", args=[organisation.slug])
    lines = as_manager.get(f"{table}?source=hand").text.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("'=By hand,Open,yes,By hand")
    assert "b@example.com" in lines[1]
    assert "b@example.com" not in as_member.get(table).text
    book = as_manager.get(reverse("feedback:cases_xlsx", args=[organisation.slug]))
    assert book.content.startswith(b"PK")


def test_the_service_standard_is_set_in_the_browser(
    organisation: Organisation, manager: Membership, as_manager: Client, as_member: Client
) -> None:
    address = reverse("feedback:standard", args=[organisation.slug])
    assert as_member.get(address).status_code == 403
    sent = {"hours": 4, "days": [0, 6], "day_starts": "08:00", "day_ends": "12:00"}
    for field, value in {"hours": 0, "days": [9], "day_ends": "07:00", "first_owner": 99}.items():
        assert list(as_manager.post(address, sent | {field: value}).context["form"].errors) == [
            field
        ]
    as_manager.post(address, sent | {"first_owner": manager.pk})
    with time_machine.travel(dt.datetime(2026, 11, 27, 15, 0, tzinfo=dt.UTC), tick=False):
        case = open_case(organisation=organisation, title="T")
    assert case.due_at == dt.datetime(2026, 11, 29, 12, 0, tzinfo=dt.UTC)
    assert case.owner == manager


# Thanks


def test_members_thank_a_colleague_or_a_team_who_read_it_once(
    organisation: Organisation, as_member: Client, as_auditor: Client
) -> None:
    team = factories.team(organisation, "Desk")
    ada, bea = (factories.staff(organisation, name, team=team) for name in ("Ada", "Bea"))
    add = reverse("feedback:recognition_add", args=[organisation.slug])
    assert as_auditor.get(add).status_code == 403
    sent = {"kind": "saving", "text": "You <b>rang</b> back."}
    for wrong, field in (({}, "colleague"), ({"colleague": ada.pk, "team": team.pk}, "team")):
        assert list(as_member.post(add, sent | wrong).context["form"].errors) == [field]
    as_member.post(add, sent | {"team": team.pk})
    assert set(Email.objects.values_list("to_email", flat=True)) == {ada.email, bea.email}
    shown = as_auditor.get(reverse("feedback:recognition", args=[organisation.slug])).text
    assert "You &lt;b&gt;rang&lt;/b&gt; back." in shown
    assert Recognition.objects.get().team == team
    with pytest.raises(Exception, match="either a colleague or a team"):
        thank_colleague(
            organisation=organisation,
            colleague=None,
            team=None,
            kind="serving",
            text="T",
            given_by=None,
        )


def test_a_closed_case_needs_its_outcome(organisation: Organisation) -> None:
    case = open_case(organisation=organisation, title="T")
    with pytest.raises(FeedbackError, match="what came of it"):
        update_case(case=case, title="T", owner=None, due_at=None, state="lost", outcome="")


def test_times_are_by_the_organisations_clock(
    organisation: Organisation, manager: Membership, as_manager: Client
) -> None:
    Organisation.objects.filter(pk=organisation.pk).update(timezone="Asia/Tokyo")
    case = _case(organisation, manager)
    due = dt.datetime(2030, 3, 4, 23, 30, tzinfo=dt.UTC)
    Case.objects.filter(pk=case.pk).update(due_at=due)
    page = reverse("feedback:case", args=[organisation.slug, case.pk])
    assert "5 March 2030, 08:30" in as_manager.get(page).text
    organisation.refresh_from_db()
    update_case(case=case, title="T", owner=None, due_at=due, state="open", outcome="", by=manager)
    update_case(case=case, title="T", owner=manager, due_at=due, state="open", outcome="")
    assert "Due Tuesday 5 March, 08:30." in Email.objects.get(subject="A case is yours: T").text


def test_a_long_complaint_is_a_case_with_a_short_name(organisation: Organisation) -> None:
    case = left(organisation, text="word\n" * 100).case
    assert case.title.endswith("word …")
    assert len(case.title) <= 100


def test_an_answer_that_did_not_arrive_is_said(
    organisation: Organisation, manager: Membership, as_manager: Client
) -> None:
    case = _case(organisation, manager)
    reply(case=case, text="Tomorrow.", by=manager)
    page = reverse("feedback:case", args=[organisation.slug, case.pk])
    assert "did not arrive" not in as_manager.get(page).text
    Email.objects.filter(key__startswith="case-reply:").update(
        state="bounced", last_error="550 <nobody> of that name"
    )
    shown = as_manager.get(page).text
    assert "did not arrive" in shown
    assert "550 &lt;nobody&gt; of that name" in shown
    # A person of ours whose address is known not to work.
    person = factories.customer(organisation, "Bea", email="bea@example.com")
    theirs = open_case(organisation=organisation, title="T", person=person)
    page = reverse("feedback:case", args=[organisation.slug, theirs.pk])
    assert "It goes to them by email" in as_manager.get(page).text
    person.bounced_at = timezone.now()
    person.save()
    assert "Their address does not work" in as_manager.get(page).text
    assert not reply(case=theirs, text="Hello.", by=manager).by_email


def test_counts_narrow_the_list_and_keep_what_else_was_chosen(
    organisation: Organisation, manager: Membership, as_manager: Client
) -> None:
    _case(organisation, manager)
    page = reverse("feedback:cases", args=[organisation.slug])
    shown = as_manager.get(f"{page}?source=door&q=&state=open").text
    assert 'href="?source=door&amp;state=late"' in shown
    assert '<input type="hidden" name="state" value="open">' in shown
    assert "Nobody came." in shown
    assert "No case fits" in as_manager.get(f"{page}?source=door&state=late").text


def test_closing_begins_with_the_state_chosen(
    organisation: Organisation, manager: Membership, as_manager: Client
) -> None:
    case = _case(organisation, manager)
    edit = reverse("feedback:case_edit", args=[organisation.slug, case.pk])
    assert '<option value="closed" selected>' in as_manager.get(f"{edit}?state=closed").text
    assert '<option value="open" selected>' in as_manager.get(f"{edit}?state=moon").text
    sent = {"title": "T", "owner": "", "due_on": "", "state": "closed", "cause": "", "outcome": ""}
    for address in (edit, f"{edit}?state=closed"):
        refused = as_manager.post(address, sent)
        assert "Say what came of it before you close the case." in refused.text
    as_manager.post(f"{edit}?state=closed", sent | {"outcome": "Mended."})
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("closed", "Mended.")
