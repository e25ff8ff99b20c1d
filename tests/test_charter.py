"""The leader's charter: answered over time, published whole, read by everyone."""

import io

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from programme.charter import KEYS, QUESTIONS, READY_KEYS
from programme.models import Charter, CharterVersion, Membership, Organisation
from programme.services import (
    CharterChangedError,
    ProgrammeError,
    publish_charter,
    save_answer,
)


def url(name: str, of: Organisation, **where: object) -> str:
    return reverse(f"programme:{name}", kwargs={"organisation": of.slug, **where})


def answer_all(of: Organisation, words: str = "Because") -> None:
    kept = Charter.objects.filter(organisation=of).first()
    for key in KEYS:
        was = kept.answers.get(key, "") if kept else ""
        save_answer(organisation=of, key=key, text=f"{words} {key}", was=was)


def test_nine_questions() -> None:
    assert len(QUESTIONS) == len(set(KEYS)) == 9


def test_answered_one_at_a_time_and_kept_each_time(
    organisation: Organisation, as_leader: Client, as_member: Client
) -> None:
    page = as_leader.get(url("charter", organisation)).text
    assert "0 of 9 answered" in page
    first = url("charter_edit", organisation, question=KEYS[0])
    went = as_leader.post(first, {"text": "It is <ours>", "was": "", "then": "next"})
    assert went["Location"] == url("charter_edit", organisation, question=KEYS[1])
    assert Charter.objects.get().answers == {KEYS[0]: "It is <ours>"}
    assert "It is &lt;ours&gt;" in as_leader.get(first).text
    assert "1 of 9 answered" in as_leader.get(url("charter", organisation)).text
    unseen = as_member.get(url("charter", organisation)).text
    assert "Not published yet" in unseen
    assert "ours" not in unseen
    assert as_leader.get(url("charter_edit", organisation, question="who")).status_code == 404


def test_two_leaders_do_not_overwrite_one_another(
    organisation: Organisation, as_leader: Client
) -> None:
    at = url("charter_edit", organisation, question="why")
    save_answer(organisation=organisation, key="why", text="Theirs", was="")
    answer = as_leader.post(at, {"text": "Mine", "was": ""})
    assert answer.status_code == 409
    assert "Theirs" in answer.text
    assert "Mine" in answer.text
    assert Charter.objects.get().answers["why"] == "Theirs"
    assert as_leader.post(at, {"text": "Both", "was": "Theirs"}).status_code == 302
    with pytest.raises(CharterChangedError):
        save_answer(organisation=organisation, key="why", text="Late", was="Theirs")
    long = as_leader.post(at, {"text": "x" * 4001, "was": "Both"})
    assert long.status_code == 422
    assert "Shorten this" in long.text
    # Lines end as a browser sends them.
    as_leader.post(at, {"text": "a\r\nb", "was": "Both"})
    again = as_leader.post(at, {"text": "a\r\nb\r\nc", "was": "a\r\nb"})
    assert again.status_code == 302


def test_published_whole_with_the_check_ticked_and_never_changed(
    organisation: Organisation, leader: Membership, as_leader: Client, as_member: Client
) -> None:
    publish = url("charter_publish", organisation)
    early = as_leader.post(publish, {"ready": READY_KEYS})
    assert early.status_code == 422
    assert "9 of the nine questions wait" in early.text
    answer_all(organisation)
    unready = as_leader.post(publish, {"ready": READY_KEYS[:2]})
    assert unready.status_code == 422
    assert "Not all of the three is true yet" in unready.text
    assert as_leader.post(publish, {"ready": READY_KEYS}).status_code == 302
    assert "Because give-up" in as_member.get(url("charter", organisation)).text
    with pytest.raises(ProgrammeError, match="Nothing has changed"):
        publish_charter(organisation=organisation, ready=READY_KEYS, by=leader)
    save_answer(organisation=organisation, key="why", text="Deeper", was="Because why")
    assert "Deeper" not in as_member.get(url("charter", organisation)).text
    publish_charter(organisation=organisation, ready=READY_KEYS, by=leader)
    assert [one.number for one in CharterVersion.objects.all()] == [2, 1]
    assert "Deeper" in as_member.get(url("charter", organisation)).text
    assert "Because why" in as_member.get(url("charter", organisation) + "?version=1").text


def test_on_paper(organisation: Organisation, leader: Membership, as_member: Client) -> None:
    answer_all(organisation)
    publish_charter(organisation=organisation, ready=READY_KEYS, by=leader)
    printed = as_member.get(url("charter_pdf", organisation, number=1))
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(printed.content)).pages)
    assert "Because alive" in text
    assert as_member.get(url("charter_pdf", organisation, number=2)).status_code == 404


def test_who_may(organisation: Organisation, as_manager: Client, as_auditor: Client) -> None:
    for client in (as_manager, as_auditor):
        assert client.get(url("charter", organisation)).status_code == 200
        edit = url("charter_edit", organisation, question="why")
        assert client.post(edit, {"text": "x"}).status_code == 403
        assert client.post(url("charter_publish", organisation)).status_code == 403
    assert not Charter.objects.exists()


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_as_often_for_three_versions_as_for_one(
    organisation: Organisation,
    leader: Membership,
    as_leader: Client,
    number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for words in ("One", "Two", "Three")[:number]:
        answer_all(organisation, words)
        publish_charter(organisation=organisation, ready=READY_KEYS, by=leader)
    as_leader.get(url("charter", organisation))
    # User, membership; versions, what is being written.
    with django_assert_num_queries(4):
        as_leader.get(url("charter", organisation))


def test_it_is_the_first_step(
    organisation: Organisation, leader: Membership, as_leader: Client
) -> None:
    home = as_leader.get(reverse("home", args=[organisation.slug]))
    first = home.context["steps"][0]
    assert (first.title, first.done) == ("Write your charter", False)
    answer_all(organisation)
    publish_charter(organisation=organisation, ready=READY_KEYS, by=leader)
    home = as_leader.get(reverse("home", args=[organisation.slug]))
    assert home.context["steps"][0].done
