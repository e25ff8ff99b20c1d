"""The pages of changes for those who write them."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from feedback.models import Change, Comment
from feedback.services import forget, open_case, open_round, send_change
from outbox.models import Email
from programme.models import Membership, Organisation, Person
from tests import factories
from tests.changes import asked_round, did, url, written
from touchpoints.models import Improvement

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script> {{ settings.SECRET_KEY }} {organisation} %(x)s =1+1"


def typed(**fields: Any) -> dict[str, Any]:
    return {"title": "Doors that open", "said": "They stick.", "did": "We oiled them.", **fields}


# Writing


def test_a_manager_writes_and_a_leader_publishes(
    organisation: Organisation, as_manager: Client, as_leader: Client, manager: Membership
) -> None:
    sent = asked_round(organisation, 3)
    answer = as_manager.post(url("change_add", organisation), typed(rounds=[sent.pk]))
    change = Change.objects.get()
    page = url("change", organisation, change)
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert (change.written_by, list(change.rounds.all())) == (manager, [sent])
    shown = as_manager.get(page).text
    assert "waits for a leader" in shown
    assert "Nobody has been told yet" in shown
    preview = as_manager.get(url("change_send", organisation, change)).text
    assert "<strong>3 people</strong> would be told" in preview
    assert "Send to 3 people" not in preview
    publish = url("change_publish", organisation, change)
    assert as_manager.get(publish).status_code == as_manager.post(publish).status_code == 403
    assert did(organisation) in as_leader.get(publish).text
    assert Change.objects.get().published_at is None, "looking publishes nothing"
    as_leader.post(publish)
    assert "Tell those who raised it" in as_manager.get(page).text
    assert "Send to 3 people" in as_manager.get(url("change_send", organisation, change)).text
    as_manager.post(url("change_send", organisation, change))
    assert Email.objects.filter(key__startswith="change:").count() == 3
    again = as_manager.post(url("change_send", organisation, change), follow=True)
    assert "nobody is written to twice" in again.text
    assert Email.objects.filter(key__startswith="change:").count() == 3
    # A published one is the leader's to mend, and to withdraw.
    edit = url("change_edit", organisation, change)
    refused = as_manager.post(edit, typed(title="Mended"), follow=True)
    assert "only a leader changes" in refused.text
    mended = as_leader.post(edit, typed(title="Mended"))
    # Whoever is linked to what was sent already is shown at once.
    assert mended["Location"] == url("change_send", organisation, change)
    assert Change.objects.get().title == "Mended"
    withdraw = url("change_withdraw", organisation, change)
    assert as_manager.post(withdraw).status_code == 403
    assert "stay with those who have them" in as_leader.get(withdraw).text
    as_leader.post(withdraw)
    assert "Mended" not in Client().get(did(organisation)).text


def test_a_draft_is_discarded_after_a_look(organisation: Organisation, as_manager: Client) -> None:
    change = written(organisation, published=False)
    discard = url("change_discard", organisation, change)
    assert "gone for good" in as_manager.get(discard).text
    as_manager.post(discard)
    assert not Change.objects.exists()
    seen = written(organisation)
    answer = as_manager.post(url("change_discard", organisation, seen), follow=True)
    assert "cannot be discarded" in answer.text
    assert Change.objects.get() == seen


def test_members_and_auditors_read_and_do_nothing(
    organisation: Organisation, as_member: Client, as_auditor: Client
) -> None:
    change = written(organisation, rounds=[asked_round(organisation, 2)])
    send_change(change=change)
    doing = ("change_edit", "change_send", "change_publish", "change_withdraw", "change_discard")
    for client in (as_member, as_auditor):
        assert "Doors that open" in client.get(url("changes", organisation)).text
        shown = client.get(url("change", organisation, change)).text
        assert "2 people were told" in shown
        assert "would be told" not in shown
        for name in (*doing, "change_test"):
            assert client.post(url(name, organisation, change)).status_code == 403, name
        for name in ("change_email", "change_progress"):
            assert client.get(url(name, organisation, change)).status_code == 403, name
        assert client.get(url("change_add", organisation)).status_code == 403


def test_nothing_of_another_organisation_is_named_or_seen(
    organisation: Organisation, as_leader: Client
) -> None:
    other = factories.organisation()
    theirs = written(other, title="Theirs")
    for name in ("change", "change_edit", "change_send", "change_publish", "change_email"):
        assert as_leader.get(url(name, organisation, theirs)).status_code == 404
    their_round = asked_round(other, 2)
    their_case = open_case(organisation=other, title="Their case")
    add = url("change_add", organisation)
    for field, row in (("rounds", their_round), ("cases", their_case)):
        refused = as_leader.post(add, typed(**{field: [row.pk]}))
        assert list(refused.context["form"].errors) == [field]
        assert refused.status_code == 422
        assert as_leader.get(f"{add}?{field[:-1]}={row.pk}").status_code == 404
    assert Change.objects.count() == 1
    assert "Theirs" not in as_leader.get(url("changes", organisation)).text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 201),
        ("title", "a\x00b"),
        ("said", " "),
        ("said", "x" * 2001),
        ("did", ""),
        ("did", "a\x00b"),
        ("rounds", ["987654321"]),
        ("rounds", ["x"]),
        ("comments", ["x"]),
        ("cases", ["-1"]),
        ("improvements", ["²"]),
    ],
)
def test_bad_input_is_told_at_its_place_and_nothing_is_lost(
    organisation: Organisation, as_manager: Client, field: str, value: object
) -> None:
    # So that each field is offered.
    round_ = asked_round(organisation, 10, answering=10)
    assert Comment.objects.filter(round=round_).exists()
    open_case(organisation=organisation, title="T")
    Improvement.objects.create(organisation=organisation, title="I")
    answer = as_manager.post(url("change_add", organisation), typed(**{field: value}))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    for name, kept in typed().items():
        if name != field:
            assert kept in answer.text
    assert not Change.objects.exists()


@pytest.mark.parametrize("query", ["round=x", "round=0", "case=²", "comment=x", "improvement=9e9"])
def test_an_address_that_names_nothing_is_not_found(
    organisation: Organisation, as_manager: Client, query: str
) -> None:
    assert as_manager.get(f"{url('change_add', organisation)}?{query}").status_code == 404


def test_only_what_may_be_read_is_offered(organisation: Organisation, as_manager: Client) -> None:
    """Neither comments that wait for a leader, nor what a mission asked, nor a round still open."""
    sent = asked_round(organisation, 12, answering=12, confidential=True)
    held, kept, *_ = Comment.objects.filter(round=sent).order_by("pk")
    Comment.objects.filter(pk=held.pk).update(released_at=None, review="held", text="Held words")
    Comment.objects.filter(pk=kept.pk).update(released_at=None, review="kept", text="Kept words")
    apart = asked_round(organisation, 2, title="For the mission", answers_apart=True)
    still = factories.draft_round(organisation, title="Still open")
    open_round(round=still)
    shown = as_manager.get(url("change_add", organisation)).text
    assert sent.title in shown
    assert "The door sticks" in shown
    for hidden in ("Held words", "Kept words", "For the mission", "Still open"):
        assert hidden not in shown
    add = url("change_add", organisation)
    for query in (f"comment={held.pk}", f"round={apart.pk}", f"round={still.pk}"):
        assert as_manager.get(f"{add}?{query}").status_code == 404
    # One that is held later is no longer shown, though it stays linked.
    shown_one = Comment.objects.filter(round=sent, released_at__isnull=False)[0]
    change = written(organisation, comments=[shown_one])
    assert "The door sticks" in as_manager.get(url("change", organisation, change)).text
    Comment.objects.filter(pk=shown_one.pk).update(released_at=None, review="kept")
    assert "The door sticks" not in as_manager.get(url("change", organisation, change)).text


def test_the_way_in_from_where_it_was_said(organisation: Organisation, as_manager: Client) -> None:
    sent = asked_round(organisation, 3, answering=3)
    comment = Comment.objects.filter(round=sent)[0]
    case = open_case(organisation=organisation, title="The door", comment=comment)
    improvement = Improvement.objects.create(organisation=organisation, title="Oil the doors")
    add = url("change_add", organisation)
    ways = {
        reverse("feedback:results", args=[organisation.slug, sent.pk]): f"?round={sent.pk}",
        reverse("feedback:case", args=[organisation.slug, case.pk]): f"?case={case.pk}",
        reverse("feedback:comments", args=[organisation.slug]): f"?comment={comment.pk}",
        reverse("feedback:round", args=[organisation.slug, sent.pk]): f"?comment={comment.pk}",
        reverse("touchpoints:improvement", args=[organisation.slug, improvement.pk]): (
            f"?improvement={improvement.pk}"
        ),
    }
    for page, query in ways.items():
        assert f'href="{add}{query}"' in as_manager.get(page).text, page
        form = as_manager.get(add + query).text
        assert "1 chosen" in form
        assert form.count(" checked") == 1
        # What was chosen is on top of its list, however many there are.
        assert re.search(r"<fieldset[^>]*>(?:(?!checkbox).)*checkbox[^>]* checked", form, re.DOTALL)
    assert 'value="Oil the doors"' in as_manager.get(f"{add}?improvement={improvement.pk}").text
    change = written(organisation, cases=[case])
    assert (
        change.title
        in as_manager.get(reverse("feedback:case", args=[organisation.slug, case.pk])).text
    )


def test_what_staff_said_stays_inside_unless_somebody_decides_otherwise(
    organisation: Organisation, as_leader: Client
) -> None:
    inside = asked_round(organisation, 10, answering=10, audience="internal", confidential=True)
    outside = asked_round(organisation, 2)
    comment = Comment.objects.filter(round=inside)[0]
    add = url("change_add", organisation)
    ways = {
        f"?round={inside.pk}": True,
        f"?comment={comment.pk}": True,
        f"?round={outside.pk}": False,
    }
    for query, expected in {**ways, "": False}.items():
        form = as_leader.get(add + query).context["form"]
        assert form["staff_only"].value() is expected, query
    for staff_only, warned in ((True, False), (False, True)):
        change = written(organisation, published=False, rounds=[inside], staff_only=staff_only)
        page = as_leader.get(url("change_publish", organisation, change)).text
        assert ("customers will read it" in page) is warned


def test_the_empty_list_has_the_first_step(
    organisation: Organisation, as_manager: Client, as_member: Client
) -> None:
    add = url("change_add", organisation)
    page = as_manager.get(url("changes", organisation)).text
    assert "No change is written yet" in page
    assert add in page
    assert add not in as_member.get(url("changes", organisation)).text


def test_a_leader_is_told_of_what_waits(
    organisation: Organisation, as_leader: Client, as_manager: Client
) -> None:
    index = url("index", organisation)
    written(organisation)
    assert "to be published" not in as_leader.get(index).text
    written(organisation, published=False)
    assert "1 change</a>" in as_leader.get(index).text
    assert "to be published" not in as_manager.get(index).text


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(
    organisation: Organisation,
    as_manager: Client,
    rows: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(rows):
        written(organisation, title=f"Change {number}")
    with django_assert_num_queries(4):
        shown = as_manager.get(url("changes", organisation))
    assert shown.text.count("Change ") >= rows


@pytest.mark.parametrize("rows", [1, 3])
def test_a_change_costs_the_same_for_one_link_and_for_three(
    organisation: Organisation,
    as_manager: Client,
    rows: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    sent = [asked_round(organisation, 2, answering=2) for _ in range(rows)]
    comments = list(Comment.objects.all())
    cases = [open_case(organisation=organisation, title="T", comment=one) for one in comments]
    done = [Improvement.objects.create(organisation=organisation, title="I") for _ in sent]
    change = written(organisation, rounds=sent, comments=comments, cases=cases, improvements=done)
    send_change(change=change)
    with django_assert_num_queries(8):
        as_manager.get(url("change", organisation, change))


# The preview


def test_the_preview_shows_the_email_and_whom_it_reaches(
    organisation: Organisation, as_manager: Client, manager: Membership
) -> None:
    sent = asked_round(organisation, 4, confidential=True)
    forget(person=Person.objects.filter(invitations__round=sent).order_by("pk")[0])
    gone = Person.objects.filter(invitations__round=sent).order_by("pk")[0]
    gone.unsubscribed_at = timezone.now()
    gone.save()
    change = written(organisation, rounds=[sent])
    page = as_manager.get(url("change_send", organisation, change)).text
    assert "Send to 2 people" in page
    assert "asked to get no more emails: 1" in page
    assert "Everyone invited: 3, whether they answered or not; 1 more has been forgotten" in page
    assert "You said, we did: Doors that open" in page
    framed = as_manager.get(url("change_email", organisation, change))
    assert "They stick." in framed.text
    assert framed["X-Frame-Options"] == "SAMEORIGIN"
    assert "sandbox" in framed["Content-Security-Policy"]
    assert "default-src 'none'" in framed["Content-Security-Policy"]
    as_manager.post(url("change_test", organisation, change))
    test = Email.objects.get(key__startswith="change-test:")
    assert test.to_email == manager.user.email
    assert "List-Unsubscribe" not in test.headers
    # A test tells nobody.
    assert "Send to 2 people" in as_manager.get(url("change_send", organisation, change)).text


def test_no_page_of_a_confidential_round_tells_who_answered(
    organisation: Organisation, as_leader: Client
) -> None:
    """Whether nobody, most or all of those invited answered, pages and emails say the same."""
    seen = set()
    for answering in (0, 9, 12):
        sent = asked_round(
            organisation, 12, answering=answering, confidential=True, title="In confidence"
        )
        change = written(organisation, rounds=[sent])
        pages = [as_leader.get(url("change_send", organisation, change)).text]
        send_change(change=change)
        names = ("change", "change_send")
        pages += [as_leader.get(url(name, organisation, change)).text for name in names]
        emails = Email.objects.filter(key__startswith=f"change:{change.pk}:").order_by("pk")
        invited = sent.invitations.order_by("person__email")
        assert [one.to_email for one in emails] == [
            one.person.email for one in invited if one.person is not None
        ]
        pages += [one.html for one in emails]
        seen.add(tuple(re.sub(r"<[^>]*>|#change-[0-9]+", "", page) for page in pages))
    assert len(seen) == 1


def test_the_preview_asks_where_someone_may_be_named(
    organisation: Organisation, as_manager: Client
) -> None:
    factories.staff(organisation, "Tomasz Wierzba")
    plain = written(organisation)
    assert "may name someone" not in as_manager.get(url("change_send", organisation, plain)).text
    named = written(organisation, said="You asked why only Tomasz knows the parts.")
    assert "may name someone" in as_manager.get(url("change_send", organisation, named)).text


@pytest.mark.parametrize("name", ["change", "change_send", "change_publish", "changes"])
def test_any_text_stays_text(organisation: Organisation, as_leader: Client, name: str) -> None:
    change = written(
        organisation,
        published=False,
        title=HOSTILE,
        said=HOSTILE,
        did=HOSTILE,
        rounds=[asked_round(organisation, 2, title=HOSTILE)],
    )
    page = as_leader.get(url(name, organisation, None if name == "changes" else change)).text
    assert "<script>alert" not in page
    assert "{{ settings.SECRET_KEY }}" in page
