"""The open door: left in under a minute by anyone, followed up by whoever left it."""

import re
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from feedback.models import Case, Conversation, Message, OpenDoorItem
from feedback.services import (
    conversation_of,
    follow_address,
    leave_item,
    open_case_from_item,
    pause_door,
    publish_change,
    reply,
    set_aside,
    write_change,
)
from feedback.services.errors import FeedbackError
from feedback.spoken import LANGUAGES, speech
from outbox.models import Email
from programme.models import Membership, Organisation, Recognition, Role
from tests import factories
from tests.doors import left, mark, typed

pytestmark = pytest.mark.django_db


def _say(organisation: Organisation, query: str = "") -> str:
    return reverse("say", args=[organisation.slug]) + query


def test_a_complaint_opens_a_case_and_leads_to_ones_own_page(organisation: Organisation) -> None:
    at = factories.touchpoint(organisation, "The lift")
    client = Client()
    answer = client.post(_say(organisation), typed(at=str(at.pk)), follow=True)
    assert answer.status_code == 200
    item = OpenDoorItem.objects.get()
    assert (item.kind, item.touchpoint, item.state) == ("complaint", at, "case")
    assert item.reference in answer.text
    assert follow_address(item.conversation) in answer.text
    assert Case.objects.get().item == item
    # Nobody left an address, so nothing is sent.
    assert not Email.objects.exists()


@pytest.mark.parametrize("kind", ["compliment", "suggestion"])
def test_compliments_and_suggestions_wait(organisation: Organisation, kind: str) -> None:
    item = left(organisation, kind=kind, whom="Ada")
    assert item.state == "waiting"
    assert item.whom == ("Ada" if kind == "compliment" else "")
    assert not Case.objects.exists()


def test_whoever_leaves_an_address_is_sent_their_link(organisation: Organisation) -> None:
    item = left(organisation, name='Ada, "Countess"', email="ada@example.com")
    email = Email.objects.get()
    assert (email.to_email, email.to_name) == ("ada@example.com", 'Ada, "Countess"')
    assert item.reference in email.subject
    assert follow_address(item.conversation) in email.text
    assert "Nobody came." in email.text


def test_the_same_form_twice_is_one_item(organisation: Organisation) -> None:
    sent = typed()
    for _ in range(2):
        assert Client().post(_say(organisation), sent).status_code == 303
    assert OpenDoorItem.objects.count() == Case.objects.count() == Conversation.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", ""),
        ("kind", "praise"),
        ("text", "  "),
        ("text", "x" * 5001),
        ("text", "a\x00b"),
        ("at", "987654321"),
        ("at", "x"),
        ("email", "no address"),
        ("email", "a@b@c.example"),
        ("name", "n" * 201),
        ("name", "a\x00b"),
        ("whom", "w" * 201),
    ],
)
def test_bad_input_is_told_at_its_place_and_nothing_is_lost(
    organisation: Organisation, field: str, value: str
) -> None:
    factories.touchpoint(organisation)
    sent = typed(kind="compliment", text="Lovely & <b>warm</b>", name="Zoë") | {field: value}
    answer = Client().post(_say(organisation), sent)
    assert answer.status_code == 422
    assert list(answer.context["errors"]) == [field]
    if field != "text":
        assert "Lovely &amp; &lt;b&gt;warm&lt;/b&gt;" in answer.text
    if field != "name":
        assert "Zoë" in answer.text
    assert not OpenDoorItem.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"mark": ""},
        {"mark": "forged:1:2"},
        {"mark": "fresh"},
        {"mark": "old"},
        {"website": "https://buy.example"},
    ],
)
def test_what_no_person_seems_to_send_is_asked_for_again(
    organisation: Organisation, changed: dict[str, str]
) -> None:
    marks = {"fresh": mark(seconds_ago=0), "old": mark(seconds_ago=8 * 24 * 3600)}
    sent = typed() | {name: marks.get(value, value) for name, value in changed.items()}
    client = Client()
    answer = client.post(_say(organisation), sent)
    assert answer.status_code == 422
    assert speech("en").door["again"] in answer.text
    assert "Nobody came." in answer.text
    assert not OpenDoorItem.objects.exists()
    again = re.search(r'name="mark" value="([^"]+)"', answer.text)
    assert again is not None


def test_an_office_is_not_held_up_and_a_flood_is(organisation: Organisation) -> None:
    for _ in range(60):
        assert Client().post(_say(organisation), typed()).status_code == 303
    answer = Client().post(_say(organisation), typed(text="One more"))
    assert answer.status_code == 429
    assert "One more" in answer.text
    other = Client().post(_say(organisation), typed(), REMOTE_ADDR="10.0.0.9")
    assert other.status_code == 303


def test_when_very_many_write_the_form_must_have_been_open_longer(
    organisation: Organisation,
) -> None:
    for number in range(301):
        sent = typed(mark=mark(seconds_ago=60))
        answer = Client().post(_say(organisation), sent, REMOTE_ADDR=f"10.0.{number % 9}.1")
        assert answer.status_code == 303
    quick = typed(mark=mark(seconds_ago=5), text="In a hurry")
    assert Client().post(_say(organisation), quick, REMOTE_ADDR="10.1.0.1").status_code == 429
    slow = typed(mark=mark(seconds_ago=25))
    assert Client().post(_say(organisation), slow, REMOTE_ADDR="10.1.0.1").status_code == 303
    cache.clear()


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "😀 مرحبا {organisation} {{ x }}", "=1+1\r\nBcc: a@b.example"],
)
def test_any_text_stays_text(organisation: Organisation, as_manager: Client, text: str) -> None:
    item = left(organisation, text=text, name=text[:60], email="ada@example.com")
    assert item.text == text
    client = Client()
    own = client.get(follow_address(item.conversation).split("localhost:8000")[-1], follow=True)
    listed = as_manager.get(reverse("feedback:door", args=[organisation.slug]))
    case = as_manager.get(reverse("feedback:case", args=[organisation.slug, item.case.pk]))
    for page in (own, listed, case):
        assert page.status_code == 200
        assert "<script>alert" not in page.text
    email = Email.objects.get(to_email="ada@example.com")
    assert "<script>alert" not in email.html
    assert "\n" not in email.to_name


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language(organisation: Organisation, language: str) -> None:
    shown = Client().get(_say(organisation, f"?lang={language}"))
    words = speech(language)
    assert f'lang="{language}"' in shown.text
    assert f'dir="{words.direction}"' in shown.text
    assert words.door["send"] in shown.text
    by_browser = Client().get(_say(organisation), headers={"accept-language": f"{language}-XX,en"})
    assert words.door["send"] in by_browser.text


def test_every_language_has_the_same_words_and_names() -> None:
    english = speech("en").door
    for language in LANGUAGES:
        other = speech(language).door
        assert other.keys() == english.keys()
        for key, words in english.items():
            assert set(re.findall(r"{\w+}", words)) == set(re.findall(r"{\w+}", other[key])), key


def test_a_code_at_a_place_names_it(organisation: Organisation) -> None:
    at = factories.touchpoint(organisation, "The lift")
    elsewhere = factories.touchpoint(factories.organisation(), "Theirs")
    shown = Client().get(_say(organisation, f"?at={at.pk}"))
    assert re.search(rf'value="{at.pk}"\s+selected', shown.text)
    for other in (elsewhere.pk, "x", "²"):
        answer = Client().get(_say(organisation, f"?at={other}"))
        assert answer.status_code == 200
        assert "Theirs" not in answer.text
        assert " selected" not in answer.text


def test_a_leader_pauses_the_door(
    organisation: Organisation, as_leader: Client, as_manager: Client
) -> None:
    address = reverse("feedback:door_pause", args=[organisation.slug])
    assert as_manager.post(address, {"paused": "yes"}).status_code == 403
    as_leader.post(address, {"paused": "yes"})
    for answer in (Client().get(_say(organisation)), Client().post(_say(organisation), typed())):
        assert "closed this page for the moment" in answer.text
    assert not OpenDoorItem.objects.exists()
    as_leader.post(address, {"paused": "no"})
    assert left(organisation).pk
    pause_door(organisation=organisation, paused=True)
    with pytest.raises(FeedbackError, match="paused"):
        leave_item(organisation=organisation, item_id=uuid4(), kind="complaint", text="T")


def test_the_door_leads_to_what_has_changed(organisation: Organisation) -> None:
    words = speech("en").door["did_link"]
    assert words not in Client().get(_say(organisation)).text
    leader = factories.member(organisation, Role.LEADER)
    change = write_change(organisation=organisation, title="T", said="S", did="D", by=leader)
    assert words not in Client().get(_say(organisation)).text
    publish_change(change=change, by=leader)
    assert words in Client().get(_say(organisation)).text


def test_no_page_for_nobody(db: None) -> None:
    assert Client().get("/say/nowhere/").status_code == 404


# One's own page


def test_the_link_opens_the_page_and_nothing_else_does(organisation: Organisation) -> None:
    first, second = left(organisation), left(organisation, text="Another.")
    page = reverse("follow", args=[first.conversation.pk])
    stranger = Client()
    assert stranger.get(page).status_code == 404
    token = follow_address(first.conversation).rstrip("/").rsplit("/", 1)[-1]
    for wrong in ("x", "1-", token[:-1], token[:-1] + ("0" if token[-1] != "0" else "1"), "é"):
        assert conversation_of(wrong) is None
    assert stranger.get(reverse("follow_link", args=["unknown"])).status_code == 404
    swapped = stranger.get(reverse("follow_link", args=[token]))
    assert (swapped.status_code, swapped["Location"]) == (302, page)
    assert "Nobody came." in stranger.get(page).text
    assert stranger.get(reverse("follow", args=[second.conversation.pk])).status_code == 404


def test_a_word_is_added_once_and_the_owner_is_told(
    organisation: Organisation, manager: Membership
) -> None:
    at = factories.touchpoint(organisation)
    at.owner = manager
    at.save()
    client = Client()
    item = left(organisation, client, at=str(at.pk))
    page = reverse("follow", args=[item.conversation.pk])
    # A GET says nothing.
    client.get(page)
    sent = {"text": "It happened again.", "mark": mark()}
    for _ in range(2):
        assert client.post(page, sent).status_code == 303
    assert [message.text for message in Message.objects.all()] == ["It happened again."]
    assert "It happened again." in client.get(page).text
    case = Case.objects.get()
    assert case.waits_for_us
    keys = [email.key for email in Email.objects.order_by("pk")]
    assert keys == [f"case:{case.pk}:yours:{manager.pk}", f"case-answer:{Message.objects.get().pk}"]
    refused = client.post(page, {"text": "", "mark": mark()})
    assert refused.status_code == 422
    assert speech("en").door["text_needed"] in refused.text
    assert client.post(page, {"text": "T", "mark": "forged"}).status_code == 422


def test_the_page_shows_our_answers_and_how_it_stands(
    organisation: Organisation, manager: Membership
) -> None:
    client = Client()
    item = left(organisation, client, kind="suggestion", text="Chairs, please.")
    page = reverse("follow", args=[item.conversation.pk])
    words = speech("en").door
    assert words["state_waiting"] in client.get(page).text
    set_aside(item=item, aside=True, by=manager)
    assert words["state_aside"] in client.get(page).text
    client.post(page, {"text": "But why?", "mark": mark()})
    item.refresh_from_db()
    assert item.state == "waiting"
    case = open_case_from_item(item=item, by=manager)
    reply(case=case, text="Two chairs come on Monday.", by=manager)
    shown = client.get(page).text
    assert "Two chairs come on Monday." in shown
    assert words["state_open"] in shown
    # Who answered is our business.
    assert str(manager.user) not in shown


# For those who look after it


def test_the_list_filters_and_shows_names_to_those_who_act(
    organisation: Organisation, as_manager: Client, as_member: Client, as_auditor: Client
) -> None:
    at = factories.touchpoint(organisation, "The lift")
    left(organisation, text="Slow doors.", at=str(at.pk), name="Ada", email="ada@example.com")
    item = left(organisation, text="Kind people.", kind="compliment")
    address = reverse("feedback:door", args=[organisation.slug])
    whole = as_manager.get(address).text
    assert "Slow doors." in whole
    assert "ada@example.com" in whole
    for reader in (as_member, as_auditor):
        shown = reader.get(address).text
        assert "Slow doors." in shown
        assert "ada@example.com" not in shown
        assert "Open a case" not in shown
    for query, found in {
        "?kind=compliment": ["Kind"],
        "?state=case": ["Slow"],
        f"?at={at.pk}": ["Slow"],
        "?q=kind": ["Kind"],
        f"?q={item.reference.lower()}": ["Kind"],
        "?q=nothing+like+it": [],
        "?kind=nonsense&state=%27&at=x&page=99": ["Slow", "Kind"],
    }.items():
        text = as_manager.get(address + query).text
        assert [word for word in ("Slow", "Kind") if f"{word} " in text] == found, query


def test_an_item_becomes_a_case_or_thanks_or_is_set_aside(
    organisation: Organisation, as_manager: Client, as_member: Client
) -> None:
    slug = organisation.slug
    item = left(organisation, kind="compliment", text="She rang me at once.", whom="Ada")
    names = ("door_item_case", "door_item_aside", "door_item_recognise")
    case, aside, thanks = (reverse(f"feedback:{name}", args=[slug, item.pk]) for name in names)
    for address in (case, aside, thanks):
        assert as_member.post(address).status_code == 403
    as_manager.post(aside, {"aside": "yes"})
    item.refresh_from_db()
    assert item.state == "aside"
    as_manager.post(aside, {"aside": "no"})
    ada = factories.staff(organisation, "Ada")
    assert "She rang me at once." in as_manager.get(thanks).text
    form = {"colleague": ada.pk, "kind": "saving", "text": "She rang me at once."}
    assert as_manager.post(thanks, form | {"colleague": ""}).context["form"].errors
    for _ in range(2):
        as_manager.post(thanks, form)
    made = Recognition.objects.get()
    assert (made.colleague, made.from_customer) == (ada, True)
    email = Email.objects.get(to_email=ada.email)
    assert email.subject == "A customer thanks you"
    as_manager.post(aside, {"aside": "yes"})
    item.refresh_from_db()
    assert item.state == "recognition"


def test_another_organisations_item_is_not_found(
    organisation: Organisation, as_manager: Client
) -> None:
    theirs = left(factories.organisation())
    for name in ("door_item_case", "door_item_aside", "door_item_recognise"):
        address = reverse(f"feedback:{name}", args=[organisation.slug, theirs.pk])
        assert as_manager.post(address).status_code == 404


def test_a_touchpoints_drawer_shows_what_was_left(
    organisation: Organisation, as_member: Client
) -> None:
    at = factories.touchpoint(organisation)
    item = left(organisation, at=str(at.pk), name="Ada", kind="suggestion")
    address = reverse("feedback:touchpoint_comments", args=[organisation.slug, at.pk])
    shown = as_member.get(address).text
    assert "Nobody came." in shown
    assert "Ada" not in shown
    factories.period(organisation, "2020Q1")
    assert "Nobody came." not in as_member.get(f"{address}?period=2020Q1").text
    OpenDoorItem.objects.filter(pk=item.pk).update(state="aside")
    assert "Nobody came." not in as_member.get(address).text


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(
    organisation: Organisation,
    as_manager: Client,
    rows: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    factories.touchpoint(organisation)
    for number in range(rows):
        left(organisation, text=f"Item {number}")
    with django_assert_num_queries(7):
        shown = as_manager.get(reverse("feedback:door", args=[organisation.slug]))
    assert shown.text.count("Item ") >= rows


def test_the_poster(organisation: Organisation, as_auditor: Client) -> None:
    at = factories.touchpoint(organisation, "The lift in the hall")
    address = reverse("feedback:door_poster", args=[organisation.slug])
    for query, words in {"": organisation.name, f"?at={at.pk}": "The lift in the hall"}.items():
        answer = as_auditor.get(address + query)
        assert answer["Content-Type"] == "application/pdf"
        text = " ".join(PdfReader(BytesIO(answer.content)).pages[0].extract_text().split())
        assert words in text
        assert f"/say/{organisation.slug}" in text
    assert as_auditor.get(f"{address}?at=x").status_code == 404
    theirs = factories.touchpoint(factories.organisation())
    assert as_auditor.get(f"{address}?at={theirs.pk}").status_code == 404
