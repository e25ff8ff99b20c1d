"""Links for places without addresses: posters, kiosks, one answer a device, floods, the receipt."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page
from pypdf import PdfReader

from feedback import flood
from feedback.models import Comment, OpenLink, Response, Round
from feedback.posters import html_of, place_poster
from feedback.queries.receipts import receipts_of
from feedback.services import (
    FeedbackError,
    QuestionSpec,
    RoundClosedError,
    close_round,
    invite_by_email,
    make_link,
    open_round,
    submit_open_response,
    turn_link,
)
from programme.models import Organisation, Role
from tests import factories
from tests.visitor import Visitor
from touchpoints.models import RatingTally

pytestmark = pytest.mark.django_db


def place(organisation: Organisation, *questions: QuestionSpec, **fields: object) -> OpenLink:
    """A link at the reception of an open round that invites nobody by email."""
    use = str(fields.pop("use", OpenLink.Use.OWN_DEVICE))
    survey = factories.survey(organisation, *questions)
    sent = factories.draft_round(organisation, survey=survey, **fields)
    invite_by_email(round=sent, invited=False)
    link = make_link(round=sent, place="Reception", use=use)
    open_round(round=Round.objects.get(pk=sent.pk))
    return OpenLink.objects.select_related("round").get(pk=link.pk)


def _address(link: OpenLink) -> str:
    return reverse("open_answer", args=[link.token])


def _sent(client: Client, address: str, **answers: str) -> dict[str, str]:
    """What the page's form sends, with these answers."""
    shown = client.get(address).content.decode()
    device = shown.split('name="device"')[1].split('value="')[1].split('"')[0]
    return {"device": device, "version": "0", "move": "on", **answers}


ANSWERS = {"q-recommend": "9", "q-comment": "Warm"}


def test_a_phone_answers_once_and_may_change_it(organisation: Organisation) -> None:
    link = place(organisation)
    client, address = Client(), _address(link)
    page = client.get(address)
    assert "Nobody asks who you are" in page.content.decode()
    assert not page.cookies.get("focusprog_place")
    assert not Response.objects.exists()
    done = client.post(address, _sent(client, address, **ANSWERS))
    assert done["Location"] == f"{address}thanks/"
    cookie = done.cookies["focusprog_place"]
    assert cookie["httponly"]
    assert cookie["path"] == address
    assert b"Thank you" in client.get(done["Location"]).content
    response = Response.objects.get()
    assert (response.invitation, response.open_link) == (None, link)
    assert Comment.objects.get().text == "Warm"
    # The same phone comes back to its own answer.
    assert b"Warm" in client.get(address).content
    client.post(address, {**_sent(client, address, **ANSWERS), "version": "1", "q-comment": "Hot"})
    assert Response.objects.get().answers == {"recommend": 9, "comment": "Hot"}
    # Another one has its own.
    other = Client()
    assert b"Hot" not in other.get(address).content
    other.post(address, _sent(other, address, **ANSWERS))
    assert Response.objects.count() == 2


def test_a_confidential_answer_is_final(organisation: Organisation) -> None:
    link = place(organisation, confidential=True)
    client, address = Client(), _address(link)
    assert b"only together, from 5 people" in client.get(address).content
    client.post(address, _sent(client, address, **ANSWERS))
    assert b"Your answers are in" in client.get(address).content


def test_a_kiosk_keeps_no_cookie_and_starts_again(organisation: Organisation) -> None:
    link = place(organisation, use=OpenLink.Use.KIOSK)
    client, address = Client(), _address(link)
    done = client.post(address, _sent(client, address, **ANSWERS))
    assert "focusprog_place" not in done.cookies
    thanks = client.get(done["Location"])
    assert b"Start again" in thanks.content
    assert thanks["Refresh"].endswith(f"url={address}")
    # Whoever is next meets an empty page, also by the browser's way back.
    assert b"Warm" not in client.get(address).content
    before = done["Location"].replace("thanks/", "")
    assert client.get(before)["Location"] == address
    client.post(address, _sent(client, address, **ANSWERS))
    assert Response.objects.count() == 2


def test_a_kiosk_goes_on_page_by_page(organisation: Organisation) -> None:
    link = place(
        organisation,
        QuestionSpec("first", "yes-no", "Was it warm?"),
        QuestionSpec("second", "short", "Where?", starts_page=True),
        use=OpenLink.Use.KIOSK,
    )
    client, address = Client(), _address(link)
    turn = client.post(address, _sent(client, address, **{"q-first": "no"}))
    second = _sent(client, turn["Location"], **{"q-second": "The hall", "version": "1"})
    done = client.post(turn["Location"], second)
    assert "thanks" in done["Location"]
    assert Response.objects.get().answers == {"first": "no", "second": "The hall"}


@pytest.mark.django_db(transaction=True)
def test_fifty_posts_of_one_page_are_one_answer(organisation: Organisation) -> None:
    link = place(organisation)
    address = _address(link)
    sent = _sent(Client(), address, **ANSWERS)

    def post(_: int) -> int:
        try:
            return Client().post(address, sent).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(50) as pool:
        statuses = set(pool.map(post, range(50)))
    assert statuses == {303}
    assert Response.objects.get().answers == {"recommend": 9, "comment": "Warm"}
    assert Comment.objects.count() == 1


def test_reading_never_answers(organisation: Organisation) -> None:
    link = place(organisation)
    for path in (_address(link), _address(link) + "?q-recommend=9&move=on", "/q/nowhere/"):
        Client().get(path)
        Client().head(path)
    assert not Response.objects.exists()


@pytest.mark.parametrize("device", ["", "forged", "é"])
def test_a_form_that_we_did_not_make_is_refused(organisation: Organisation, device: str) -> None:
    link = place(organisation)
    answer = Client().post(_address(link), {"device": device, "move": "on", **ANSWERS})
    assert answer.status_code == 400
    assert not Response.objects.exists()


def test_one_links_device_is_no_other_links(organisation: Organisation) -> None:
    first, second = place(organisation), place(organisation)
    sent = _sent(Client(), _address(first), **ANSWERS)
    assert Client().post(_address(second), sent).status_code == 400


def test_off_closed_and_invented_links_are_kind_pages(organisation: Organisation) -> None:
    link = place(organisation)
    address = _address(link)
    sent = _sent(Client(), address, **ANSWERS)
    turn_link(link=link, on=False)
    for answer in (Client().get(address), Client().post(address, sent)):
        assert answer.status_code == 410
        assert b"turned off" in answer.content
    with pytest.raises(RoundClosedError):
        submit_open_response(link=link, device=uuid.uuid4(), answers={}, version=0)
    turn_link(link=link, on=True)
    assert Client().get(address).status_code == 200
    close_round(round=link.round)
    assert b"This round is closed" in Client().post(address, sent).content
    assert Client().get("/q/invented/").status_code == 404
    assert Client().get("/q/invented/thanks/").status_code == 404
    assert not Response.objects.exists()


def test_a_round_that_is_not_sent_takes_no_answers(organisation: Organisation) -> None:
    draft = factories.draft_round(organisation)
    link = make_link(round=draft, place="Hall", use="own")
    assert Client().get(_address(link)).status_code == 410


def test_a_flood_is_stopped_and_an_office_is_not(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert flood.MOST >= 100
    monkeypatch.setattr(flood, "MOST", 3)
    link = place(organisation)
    address = _address(link)
    phones = [Client() for _ in range(4)]
    forms = [_sent(phone, address, **ANSWERS) for phone in phones]
    statuses = [
        phone.post(address, form).status_code for phone, form in zip(phones, forms, strict=True)
    ]
    assert statuses == [303, 303, 303, 429]
    # Those who are in already go on, and so do people elsewhere.
    assert phones[0].post(address, {**forms[0], "version": "1"}).status_code == 303
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert elsewhere.post(address, _sent(elsewhere, address, **ANSWERS)).status_code == 303


# What is counted


def test_answers_by_links_are_counted_apart(organisation: Organisation) -> None:
    desk = factories.touchpoint(organisation)
    person = factories.customer(organisation)
    survey = factories.survey(
        organisation, QuestionSpec("desk", "moment", "The desk", touchpoint_id=desk.pk)
    )
    sent = factories.draft_round(organisation, survey=survey)
    link = make_link(round=sent, place="Hall", use="own")
    open_round(round=sent)
    factories.submitted(sent.invitations.get(person=person), desk="magic")
    link.refresh_from_db()
    for _ in range(2):
        answers = {"desk": "misery"}
        submit_open_response(link=link, device=uuid.uuid4(), answers=answers, version=0)
    (receipt,) = receipts_of([Round.objects.get(pk=sent.pk)])
    assert (receipt.invited, receipt.answered, receipt.by_link) == (1, 3, 2)
    assert receipt.by_invitation == 1
    (receipt,) = receipts_of([close_round(round=sent)])
    assert (receipt.answered, receipt.by_link) == (3, 2)
    # Each stranger is someone: none takes another's place on the heatmap.
    tally = RatingTally.objects.get(touchpoint=desk)
    assert (tally.misery, tally.magic) == (2, 1)


def test_a_round_for_places_only_invites_nobody(organisation: Organisation) -> None:
    factories.customer(organisation)
    link = place(organisation)
    assert not link.round.invitations.exists()
    with pytest.raises(FeedbackError, match="has been sent"):
        invite_by_email(round=link.round, invited=True)
    (receipt,) = receipts_of([link.round])
    assert (receipt.invited, receipt.held_back) == (0, 0)


def test_sealing_cuts_the_link_to_the_place(organisation: Organisation) -> None:
    link = place(organisation, QuestionSpec("q", "recommend-10", "?"), confidential=True)
    for score in (0, 3, 5, 7, 9, 10):
        submit_open_response(link=link, device=uuid.uuid4(), answers={"q": score}, version=0)
    devices = set(Response.objects.values_list("pk", flat=True))
    closed = close_round(round=link.round)
    assert closed.results is not None
    assert closed.results["by_link"] == 6
    assert not Response.objects.filter(pk__in=devices).exists()
    assert not Response.objects.filter(open_link__isnull=False).exists()
    assert Response.objects.count() == 6


# Pages and posters


def test_managers_make_links_and_turn_them_off(organisation: Organisation) -> None:
    client = Client()
    client.force_login(factories.member(organisation, Role.MANAGER).user)
    draft = factories.draft_round(organisation)
    page = reverse("feedback:round_links", args=[organisation.slug, draft.pk])
    assert b"Name the place" in client.post(page, {"action": "add", "use": "own"}).content
    client.post(page, {"action": "add", "place": "Hall <b>", "use": "kiosk"})
    link = OpenLink.objects.get()
    assert b"Hall &lt;b&gt;" in client.get(page).content
    client.post(page, {"action": "off", "link": link.pk})
    link.refresh_from_db()
    assert link.turned_off_at is not None
    client.post(page, {"action": "on", "link": link.pk})
    client.post(page, {"action": "places-only"})
    draft.refresh_from_db()
    assert draft.selection == {"nobody": True}
    assert client.post(page, {"action": "on", "link": "x"}).status_code == 404
    assert client.post(page, {"action": "explode"}).status_code == 400
    foreign = make_link(
        round=factories.draft_round(factories.organisation()), place="Theirs", use="own"
    )
    assert client.post(page, {"action": "off", "link": foreign.pk}).status_code == 404
    poster = reverse("feedback:link_poster", args=[organisation.slug, draft.pk, foreign.pk])
    assert client.get(poster).status_code == 404


def test_the_poster_says_what_and_where(organisation: Organisation, as_manager: Client) -> None:
    link = place(organisation)
    html = html_of(place_poster(link))
    assert "<svg" in html
    poster = reverse("feedback:link_poster", args=[organisation.slug, link.round_id, link.pk])
    answer = as_manager.get(poster)
    assert answer["Content-Type"] == "application/pdf"
    (page,) = PdfReader(BytesIO(answer.content)).pages
    text = " ".join(page.extract_text().split())
    assert "How are we doing?" in text
    assert link.token in text.replace(" ", "")
    assert "Reception" in text


@pytest.mark.django_db(transaction=True)
def test_a_kiosk_in_a_browser(
    organisation: Organisation, live_server: object, phone_page: Page
) -> None:
    link = place(organisation, use=OpenLink.Use.KIOSK)
    visitor = Visitor(phone_page)
    address = f"{live_server}{_address(link)}"
    assert visitor.faults(address) == []
    phone_page.get_by_label("What should we change?").fill("More light")
    phone_page.get_by_role("button", name="Send your answers").click()
    phone_page.get_by_role("heading", name="Thank you").wait_for()
    assert visitor.looks() == []
    phone_page.get_by_role("link", name="Start again").click()
    assert phone_page.get_by_label("What should we change?").input_value() == ""
    assert phone_page.url == address
