"""The same question asked of staff and of customers: side by side, blind spots and shells."""

import pytest
from django.test import Client
from django.urls import reverse

from feedback.inside import inside_outside, periods_asked
from feedback.models import Invitation, Round
from feedback.services import QuestionSpec, close_round, open_round
from programme.models import Organisation
from tests import factories
from touchpoints.models import Touchpoint

pytestmark = pytest.mark.django_db

QUERIES = 5


def _asked(of: Organisation, desks: list[Touchpoint], audience: str, moment: str) -> Round:
    survey = factories.survey(
        of,
        *(
            QuestionSpec(f"{audience}-{desk.pk}", "moment", desk.name, touchpoint_id=desk.pk)
            for desk in desks
        ),
        QuestionSpec("easy", "effort-7", f"How easy, {audience}?"),
        QuestionSpec("why", "text", "Why?"),
    )
    make = factories.staff if audience == "internal" else factories.customer
    people = [make(of) for _ in range(12)]
    sent = factories.draft_round(of, survey=survey, audience=audience)
    open_round(round=sent)
    for person in people:
        answers = {f"{audience}-{desk.pk}": moment for desk in desks}
        invitation = Invitation.objects.get(round=sent, person=person)
        factories.submitted(invitation, easy=4, **answers)
    return close_round(round=sent)


@pytest.mark.parametrize(
    ("staff", "customers", "blind", "shell"),
    [("magic", "misery", True, False), ("misery", "magic", False, True)],
)
def test_side_by_side(
    organisation: Organisation, staff: str, customers: str, blind: bool, shell: bool
) -> None:
    desk = factories.touchpoint(organisation, "The desk")
    _asked(organisation, [desk], "internal", staff)
    outside = _asked(organisation, [desk], "external", customers)
    assert periods_asked(organisation) == [outside.period]
    desk_pair, easy = inside_outside(organisation, outside.period)
    assert (desk_pair.blind_spot, desk_pair.shell) == (blind, shell)
    assert desk_pair.compared.real
    assert desk_pair.compared.first is not None
    assert desk_pair.compared.first.n == 12
    assert easy.compared.difference is None  # all alike
    assert easy.inside.text != easy.outside.text


def test_only_one_side_is_no_pair(organisation: Organisation, as_member: Client) -> None:
    desk = factories.touchpoint(organisation, "The desk")
    _asked(organisation, [desk], "external", "magic")
    assert periods_asked(organisation) == []
    page = as_member.get(reverse("feedback:inside_outside", args=[organisation.slug]))
    assert "Nobody has asked both yet" in page.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_as_many_queries_for_three_as_for_one(
    organisation: Organisation, as_member: Client, django_assert_num_queries: object, count: int
) -> None:
    desks = [factories.touchpoint(organisation) for _ in range(count)]
    for audience in ("internal", "external"):
        _asked(organisation, desks, audience, "magic")
    address = reverse("feedback:inside_outside", args=[organisation.slug])
    with django_assert_num_queries(QUERIES):  # type: ignore[operator]
        assert as_member.get(address).status_code == 200
    assert as_member.get(address, {"period": "1066Q1"}).status_code == 404
    assert as_member.get(address, {"period": "never"}).status_code == 404
