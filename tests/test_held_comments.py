"""Confidential comments that may name someone are read by a leader before anyone else."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from feedback.models import Comment, Invitation, Round
from feedback.queries import comments
from feedback.services import FeedbackError, QuestionSpec, close_round, open_round, review_comment
from programme.models import Membership, Organisation, Role
from tests import factories

pytestmark = pytest.mark.django_db

_WORDS = ["It was Ada again who would not listen", "The van is always empty", "ring 0161 496 0000"]


def _closed(organisation: Organisation, words: list[str]) -> Round:
    for number in range(max(10, len(words))):
        factories.staff(organisation, "Ada Lovelace" if not number else "")
    survey = factories.survey(
        organisation, QuestionSpec("words", "text", "What stands in the way?")
    )
    sent = factories.draft_round(
        organisation, survey=survey, audience="internal", confidential=True
    )
    open_round(round=sent)
    for number, invitation in enumerate(Invitation.objects.filter(round=sent)):
        said = words[number] if number < len(words) else f"Nothing much {number}"
        factories.submitted(invitation, words=said)
    return close_round(round=sent)


def _list(organisation: Organisation, query: str = "") -> str:
    return reverse("feedback:held_comments", args=[organisation.slug]) + query


def test_what_may_name_someone_waits_for_a_leader(
    organisation: Organisation, as_leader: Client, as_manager: Client
) -> None:
    closed = _closed(organisation, _WORDS)
    shown = {comment.text for comment in comments(round=closed)}
    assert _WORDS[1] in shown
    assert not shown & {_WORDS[0], _WORDS[2]}
    page = as_manager.get(reverse("feedback:round", args=[organisation.slug, closed.pk]))
    assert "2 more comments may name someone" in page.content.decode()
    assert "would not listen" not in page.content.decode()
    assert as_manager.get(_list(organisation)).status_code == 403
    assert "would not listen" in as_leader.get(_list(organisation)).content.decode()


def test_released_it_stands_among_the_others_and_kept_back_it_does_not(
    organisation: Organisation, as_leader: Client
) -> None:
    closed = _closed(organisation, _WORDS)
    named = Comment.objects.get(text=_WORDS[0])
    address = reverse("feedback:held_comment_review", args=[organisation.slug, named.pk])
    as_leader.post(address, {"release": "yes"})
    named.refresh_from_db()
    assert named in comments(round=closed)
    # Its time would tell that it was held.
    assert named.released_at == closed.closed_at
    assert _WORDS[0] in as_leader.get(_list(organisation, "?show=decided")).content.decode()
    as_leader.post(address)
    assert named not in comments(round=closed)


def test_others_cannot_decide(
    organisation: Organisation,
    as_manager: Client,
    stranger_client: Client,
    manager: Membership,
) -> None:
    _closed(organisation, _WORDS)
    named = Comment.objects.get(text=_WORDS[0])
    address = reverse("feedback:held_comment_review", args=[organisation.slug, named.pk])
    assert as_manager.post(address, {"release": "yes"}).status_code == 403
    assert stranger_client.post(address, {"release": "yes"}).status_code == 404
    with pytest.raises(FeedbackError, match="Only leaders"):
        review_comment(comment=named, release=True, reviewed_by=manager)


def test_what_was_never_held_is_not_kept_back(
    organisation: Organisation, leader: Membership
) -> None:
    _closed(organisation, _WORDS)
    with pytest.raises(FeedbackError, match="never held"):
        review_comment(
            comment=Comment.objects.get(text=_WORDS[1]), release=False, reviewed_by=leader
        )


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_takes_a_fixed_number_of_queries(
    many: int,
    organisation: Organisation,
    as_user: Callable[[User], Client],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    _closed(organisation, [f"ask Ada, {number}" for number in range(many)])
    client = as_user(factories.member(organisation, Role.LEADER).user)
    client.get(_list(organisation))
    with django_assert_num_queries(4):
        page = client.get(_list(organisation))
    assert page.content.decode().count("ask Ada,") == 3 * many
