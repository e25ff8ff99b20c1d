"""Looking through what people wrote, and tying it to touchpoints."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from feedback.comment_forms import CommentsForm
from feedback.models import Comment, Invitation, Round
from feedback.queries import released_comments
from feedback.services import FeedbackError, close_round, open_round, tie_comment
from feedback.services.surveys import QuestionSpec
from programme.models import Organisation, Segment
from tests import factories

pytestmark = pytest.mark.django_db

QUERIES = 7


def _written(
    of: Organisation,
    *texts: str,
    language: str = "en",
    segment: Segment | None = None,
    closed: bool = True,
) -> Round:
    survey = factories.survey(of, QuestionSpec("why", "text", "Why?"))
    survey.language = language
    survey.save()
    people = [factories.customer(of, segment=segment) for _ in texts]
    sent = factories.draft_round(
        of, survey=survey, selection={"people": [person.pk for person in people]}
    )
    open_round(round=sent)
    for person, text in zip(people, texts, strict=True):
        factories.submitted(Invitation.objects.get(round=sent, person=person), why=text)
    return close_round(round=sent) if closed else sent


def _found(of: Organisation, **asked: object) -> set[str]:
    form = CommentsForm(of, data=asked)
    assert form.is_valid(), form.errors
    return set(form.wanted(released_comments(of)).values_list("text", flat=True))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("waited", {"I was waiting for hours", "They wait"}),
        ("WAIT hour", {"I was waiting for hours"}),
        ("hou", {"I was waiting for hours", "A house of glass"}),
        ("nobody", set()),
        ("…", {"I was waiting for hours", "They wait", "A house of glass"}),
        ("wait:* | house & !glass", set()),
        ("' OR 1=1 --", set()),
    ],
)
def test_words_in_any_of_their_forms(
    organisation: Organisation, words: str, found: set[str]
) -> None:
    _written(organisation, "I was waiting for hours", "They wait", "A house of glass")
    assert _found(organisation, q=words) == found


def test_the_language_is_that_of_the_survey(organisation: Organisation) -> None:
    _written(organisation, "Die Häuser waren kalt", "Zwei Häuserblocks", language="de-AT")
    _written(organisation, "Casas muy frías", language="es")
    _written(organisation, "Kylmä talo", language="fi")
    assert set(Comment.objects.values_list("language", flat=True)) == {"de", "es", "fi"}
    assert "Die Häuser waren kalt" in _found(organisation, q="Haus Häuser")
    assert _found(organisation, q="casa") == {"Casas muy frías"}
    assert _found(organisation, q="kylmä") == {"Kylmä talo"}


def test_the_index_is_used(organisation: Organisation) -> None:
    _written(organisation, "They wait")
    form = CommentsForm(organisation, data={"q": "waiting"})
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    found = form.wanted(Comment.objects.order_by())
    assert "comment_words" in found.explain()


def test_by_round_touchpoint_and_segment(organisation: Organisation) -> None:
    offices = factories.segment(organisation, "Offices")
    desk = factories.touchpoint(organisation, "The desk")
    first = _written(organisation, "One", segment=offices)
    _written(organisation, "Two")
    tie_comment(comment=Comment.objects.get(text="Two"), touchpoint=desk)
    assert _found(organisation, round=first.pk) == {"One"}
    assert _found(organisation, segment=offices.pk) == {"One"}
    assert _found(organisation, touchpoint=desk.pk) == {"Two"}
    assert _found(organisation, touchpoint=desk.pk, segment=offices.pk) == set()


def test_only_what_may_be_read(organisation: Organisation, as_member: Client) -> None:
    _written(organisation, "Not yet closed", closed=False)
    apart = _written(organisation, "Words for the mission")
    Round.objects.filter(pk=apart.pk).update(answers_apart=True)
    _written(factories.organisation(), "Of another organisation")
    page = as_member.get(reverse("feedback:comments", args=[organisation.slug])).content.decode()
    assert "Nobody has written anything yet" in page
    for text in ("Not yet closed", "Words for the mission", "Of another"):
        assert text not in page


def test_a_manager_ties_a_comment_to_a_touchpoint(
    organisation: Organisation, as_manager: Client, as_member: Client
) -> None:
    desk = factories.touchpoint(organisation, "The desk")
    elsewhere = factories.touchpoint(factories.organisation())
    _written(organisation, "<b>Too</b> slow")
    comment = Comment.objects.get()
    address = reverse("feedback:comment_tie", args=[organisation.slug, comment.pk])
    assert as_member.post(address, {"touchpoint": desk.pk}).status_code == 403
    assert as_manager.post(address, {"touchpoint": elsewhere.pk}).status_code == 422
    assert b"&lt;b&gt;Too&lt;/b&gt; slow" in as_manager.get(address).content
    assert as_manager.post(address, {"touchpoint": desk.pk}).status_code == 302
    comment.refresh_from_db()
    assert comment.touchpoint == desk
    as_manager.post(address, {"touchpoint": ""})
    comment.refresh_from_db()
    assert comment.touchpoint is None


def test_what_cannot_be_tied(organisation: Organisation) -> None:
    _written(organisation, "Open", closed=False)
    with pytest.raises(FeedbackError, match="once its round is closed"):
        tie_comment(comment=Comment.objects.get(), touchpoint=None)


def test_names_are_for_those_who_may_act(
    organisation: Organisation, as_manager: Client, as_member: Client
) -> None:
    _written(organisation, "Too slow")
    name = Comment.objects.get().response.invitation.person.name  # type: ignore[union-attr]
    address = reverse("feedback:comments", args=[organisation.slug])
    assert name in as_manager.get(address).content.decode()
    assert name not in as_member.get(address).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_as_many_queries_for_three_as_for_one(
    organisation: Organisation, as_manager: Client, django_assert_num_queries: object, count: int
) -> None:
    for number in range(count):
        _written(organisation, *[f"Words {number}"] * count)
    address = reverse("feedback:comments", args=[organisation.slug])
    with django_assert_num_queries(QUERIES):  # type: ignore[operator]
        assert as_manager.get(address, {"q": "words"}).status_code == 200


def test_an_address_that_makes_no_sense(organisation: Organisation, as_manager: Client) -> None:
    address = reverse("feedback:comments", args=[organisation.slug])
    assert as_manager.get(address, {"round": "987654321"}).status_code == 422
    assert as_manager.get(address, {"q": "x" * 5000}).status_code == 422
