"""What everyone reads of changes: the public page, the thank-you, the link that stops emails."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from feedback.models import Change, Round
from feedback.services import close_round, open_case, open_round, send_change, stopping
from feedback.spoken import LANGUAGES, speech
from outbox.models import Email
from programme.models import Organisation, Person
from tests import factories
from tests.changes import asked_round, did, written
from tests.respondents import link_of, opened, sent_round

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script> {{ settings.SECRET_KEY }} {organisation} %(x)s =1+1"


# What everyone reads


def test_the_public_page_has_what_is_published_and_nothing_of_whence(
    organisation: Organisation,
) -> None:
    sent = asked_round(organisation, 3, title="The secret round")
    case = open_case(organisation=organisation, title="The secret case")
    shown = written(organisation, rounds=[sent], cases=[case], said=HOSTILE, did="One\n\nTwo")
    written(organisation, published=False, title="A draft")
    written(organisation, title="Among us", staff_only=True)
    answer = Client().get(did(organisation))
    assert answer.status_code == 200
    page = answer.text
    assert f'id="change-{shown.pk}"' in page
    assert "<p>One</p>" in page
    assert "&lt;script&gt;" in page
    for hidden in ("The secret", "A draft", "Among us", "<script", "invited"):
        assert hidden not in page
    assert "noindex" not in page
    assert Client().get("/did/nowhere/").status_code == 404


def test_the_public_page_is_cached_and_asks_for_nothing(
    organisation: Organisation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    change = written(organisation)
    client = Client()
    with django_assert_num_queries(3):
        answer = client.get(did(organisation))
    assert not answer.cookies
    assert answer["Vary"] == "Accept-Language"
    assert "public" in answer["Cache-Control"]
    assert "s-maxage=60" in answer["Cache-Control"]
    again = client.get(did(organisation), headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Change.objects.filter(pk=change.pk).update(did="We replaced them.")
    newer = client.get(did(organisation), headers={"if-none-match": answer["ETag"]})
    assert "We replaced them." in newer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_public_page_speaks_each_language_around_our_words(
    organisation: Organisation, language: str
) -> None:
    empty = Client().get(did(organisation, f"?lang={language}")).text
    words = speech(language)
    assert words.door["did_none"] in empty
    written(organisation)
    page = Client().get(did(organisation), headers={"accept-language": language}).text
    assert f'lang="{language}"' in page
    assert f'dir="{words.direction}"' in page
    assert words.door["did_said"] in page
    # Our own words are marked where they are in another language.
    marked = re.search(r'<h2 dir="auto"\s+lang="en">', page)
    assert (marked is not None) is (language != "en")


def test_earlier_changes_are_on_the_next_page(organisation: Organisation) -> None:
    for number in range(21):
        written(organisation, title=f"Number {number:02}")
    first, second = (Client().get(did(organisation, query)).text for query in ("", "?page=2"))
    assert "Number 20" in first
    assert "Number 00" not in first
    assert speech("en").door["did_older"] in first
    assert "Number 00" in second
    assert speech("en").door["did_newer"] in second
    for odd in ("?page=x", "?page=999", "?page=-1"):
        assert Client().get(did(organisation, odd)).status_code == 200


def _thanks(organisation: Organisation, **fields: object) -> str:
    _, link = sent_round(organisation, **fields)
    client, page = opened(link)
    client.post(f"{page}?page=1", {"version": "0", "q-recommend": "9"})
    return client.get(f"{page}thanks/").text


def test_the_thank_you_says_what_happened_since_last_time(organisation: Organisation) -> None:
    assert speech("en").page["since_title"] not in _thanks(organisation)
    written(organisation, title="Now <quieter>", did="x" * 300)
    written(organisation, title="Among us", staff_only=True)
    page = _thanks(organisation)
    assert speech("en").page["since_title"] in page
    assert "Now &lt;quieter&gt;" in page
    assert "x" * 201 not in page
    assert f"{did(organisation)}?lang=en" in page
    assert "Among us" not in page
    german = _thanks(organisation, language="de")
    # The survey is in English only, and so is the frame; a survey in German brings German.
    assert "Now &lt;quieter&gt;" in german


def test_staff_read_what_is_for_staff_when_they_have_answered(organisation: Organisation) -> None:
    written(organisation, title="Among us", staff_only=True)
    person = factories.staff(organisation)
    sent = factories.draft_round(organisation, audience="internal", confidential=True)
    open_round(round=sent)
    client, page = opened(link_of(person, sent))
    client.post(f"{page}?page=1", {"version": "0", "q-recommend": "9"})
    thanks = client.get(f"{page}thanks/").text
    assert "Among us" in thanks
    # Nothing of it is on the public page, so no link leads there.
    assert did(organisation) not in thanks
    close_round(round=Round.objects.get(pk=sent.pk))


# The stop link


def test_one_click_stops_and_a_look_does_not(organisation: Organisation) -> None:
    change = written(organisation, rounds=[asked_round(organisation, 1)])
    send_change(change=change)
    stop = Email.objects.get(key__startswith="change:").headers["List-Unsubscribe"].strip("<>")
    path = stop[stop.index("/unsubscribe/") :]
    client = Client(enforce_csrf_checks=True)
    page = client.get(path)
    assert "no news of what has changed" in page.text
    # From there, too, one may ask to be forgotten.
    assert client.get(path.replace("/unsubscribe/", "/forget/")).status_code == 200
    stopped = Person.objects.filter(unsubscribed_at__isnull=False)
    assert not stopped.exists()
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert stopped.exists()
    client.post(path, {"again": "yes"})
    assert not stopped.exists()


@pytest.mark.parametrize("change", ["p{other}", "c{own}", "p{own}"])
def test_no_invented_stop_link_works(organisation: Organisation, change: str) -> None:
    own, other = factories.customer(organisation), factories.customer(organisation)
    token = stopping.stop_token(own)
    forged = change.format(own=own.pk, other=other.pk) + token[token.index(":") :]
    if forged == token:
        forged += "x"
    assert Client().post(f"/unsubscribe/{forged}/").status_code == 404
    assert not Person.objects.filter(unsubscribed_at__isnull=False).exists()
