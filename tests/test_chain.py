"""The delivery chain: rated by those who receive, its weakest link lit, drawn and listed."""

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from feedback.models import Invitation, Round
from feedback.services import (
    FeedbackError,
    QuestionSpec,
    close_round,
    create_survey,
    open_round,
)
from programme.models import Organisation, Period, Team
from tests import factories
from tests.conftest import Url
from touchpoints.chain_layout import BOX_HEIGHT, BOX_WIDTH, lay_out
from touchpoints.models import HandOff, HandOffTally, RatingTally, Touchpoint
from touchpoints.queries import chain, known, pairs, weak_touchpoints
from touchpoints.services import (
    LinkTally,
    TouchpointsError,
    add_hand_off,
    add_hand_off_ratings,
    archive,
)


def _link(at: Touchpoint, giver: Team, receiver: Team, name: str = "The order") -> HandOff:
    return add_hand_off(touchpoint=at, name=name, giver=giver, receiver=receiver)


def _rate(link: HandOff, when: Period, counts: tuple[int, int, int], source: str = "r") -> None:
    add_hand_off_ratings(
        organisation=link.organisation,
        source=f"{source}-{link.pk}",
        period=when,
        tallies=[LinkTally(link.pk, "moment-3", *counts)],
    )


def _round(link: HandOff, answers: dict[Team, str], *, confidential: bool = False) -> Round:
    """An internal round of everyone about one hand-off, answered by a person for each letter
    (m misery, o mediocrity, g magic) and closed."""
    of = link.organisation
    people = [
        (factories.staff(of, team=team), letter)
        for team, said in answers.items()
        for letter in said
    ]
    asked = QuestionSpec("order", "moment", "The order?", hand_off_id=link.pk)
    sent = factories.draft_round(
        of,
        survey=factories.survey(of, asked),
        audience="internal",
        confidential=confidential,
        selection={"teams": [team.pk for team in answers]},
    )
    open_round(round=sent)
    values = {"m": "misery", "o": "mediocrity", "g": "magic"}
    for person, letter in people:
        invitation = Invitation.objects.get(round=sent, person=person)
        factories.submitted(invitation, order=values[letter])
    return close_round(round=sent)


def _counts(link: HandOff) -> list[tuple[int, int, int]]:
    return list(link.tallies.values_list("misery", "mediocrity", "magic"))


# Ratings


def test_only_those_who_receive_are_counted_and_never_with_a_touchpoint(
    organisation: Organisation,
) -> None:
    giver, receiver = factories.team(organisation, "Sales"), factories.team(organisation, "Fitters")
    night = Team.objects.create(organisation=organisation, name="Night shift", parent=receiver)
    link = _link(factories.touchpoint(organisation), giver, receiver)
    _round(link, {receiver: "mmmg", night: "mo", giver: "ggggg"})
    assert _counts(link) == [(4, 1, 1)]
    assert not RatingTally.objects.exists()


def test_of_one_person_the_latest_vote_of_the_quarter_counts(organisation: Organisation) -> None:
    giver, receiver = factories.team(organisation), factories.team(organisation)
    link = _link(factories.touchpoint(organisation), giver, receiver)
    first = _round(link, {receiver: "mm"})
    asked = QuestionSpec("order", "moment", "The order?", hand_off_id=link.pk)
    again = factories.draft_round(
        organisation, survey=factories.survey(organisation, asked), audience="internal"
    )
    open_round(round=again)
    factories.submitted(again.invitations.order_by("pk")[0], order="magic")
    close_round(round=again)
    found = {one.source: (one.misery, one.magic) for one in link.tallies.all()}
    assert found == {f"round-{first.pk}": (1, 0), f"round-{again.pk}": (0, 1)}


def test_a_confidential_round_hands_over_what_may_be_seen(organisation: Organisation) -> None:
    giver, receiver = factories.team(organisation), factories.team(organisation)
    link = _link(factories.touchpoint(organisation), giver, receiver)
    _round(link, {receiver: "mmmmgoog"}, confidential=True)
    assert _counts(link) == [(4, 2, 2)]
    few = _link(factories.touchpoint(organisation), giver, factories.team(organisation))
    _round(few, {few.receiver: "mgom"}, confidential=True)
    alike = _link(factories.touchpoint(organisation), giver, factories.team(organisation))
    _round(alike, {alike.receiver: "mmmmmmmm"}, confidential=True)
    assert _counts(few) == _counts(alike) == []


def test_a_round_to_customers_rates_no_hand_off(organisation: Organisation) -> None:
    giver, receiver = factories.team(organisation), factories.team(organisation)
    link = _link(factories.touchpoint(organisation), giver, receiver)
    asked = QuestionSpec("order", "moment", "The order?", hand_off_id=link.pk)
    sent = factories.draft_round(organisation, survey=factories.survey(organisation, asked))
    person = factories.customer(organisation)
    open_round(round=sent)
    factories.submitted(Invitation.objects.get(person=person), order="magic")
    close_round(round=sent)
    assert not HandOffTally.objects.exists()


def test_a_question_rates_one_thing_and_keeps_it(organisation: Organisation) -> None:
    at = factories.touchpoint(organisation)
    link = _link(at, factories.team(organisation), factories.team(organisation))
    both = QuestionSpec("both", "moment", "?", touchpoint_id=at.pk, hand_off_id=link.pk)
    with pytest.raises(FeedbackError, match="not both"):
        create_survey(organisation=organisation, title="X", questions=[both])


def test_handing_over_twice_is_as_once_and_a_closed_quarter_stays(
    organisation: Organisation,
) -> None:
    link = _link(
        factories.touchpoint(organisation),
        factories.team(organisation),
        factories.team(organisation),
    )
    when = factories.period(organisation)
    for _ in range(2):
        _rate(link, when, (1, 2, 3))
    assert _counts(link) == [(1, 2, 3)]
    _rate(link, when, (0, 0, 0))
    assert _counts(link) == []
    _rate(link, when, (1, 2, 3))
    Period.objects.filter(pk=when.pk).update(closed_at=timezone.now())
    with pytest.raises(TouchpointsError, match="is closed"):
        _rate(link, when, (3, 2, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        HandOffTally.objects.update(magic=9)
    assert _counts(link) == [(1, 2, 3)]


# The weakest link


def test_the_weakest_link_lights_its_touchpoint(organisation: Organisation) -> None:
    when = factories.period(organisation)
    sales, fitters, stores = (factories.team(organisation, name) for name in ("S", "F", "W"))
    at, fine = factories.touchpoint(organisation), factories.touchpoint(organisation)
    bad, worse = _link(at, sales, fitters, "Bad"), _link(at, stores, fitters, "Worse")
    good = _link(fine, sales, stores, "Good")
    few = _link(fine, stores, sales, "Few")
    _rate(bad, when, (14, 4, 2))
    _rate(worse, when, (18, 2, 0))
    _rate(good, when, (2, 4, 20))
    _rate(few, when, (4, 0, 0))
    found = {link.hand_off.name: link for link in chain(organisation, when)}
    assert [name for name, link in found.items() if link.weakest] == ["Worse"]
    assert found["Few"].cell.hidden
    assert found["Worse"].sentence == (
        "Worse, from W to F: misery, net −90, 20 answers, the weakest link"
    )
    assert weak_touchpoints(known(organisation), when) == {at.pk}
    assert weak_touchpoints(known(organisation), None) == frozenset()
    archive(row=worse)
    assert {link.hand_off.name for link in chain(organisation, when) if link.weakest} == {"Bad"}
    archive(row=at)
    assert {link.hand_off.name for link in chain(organisation, when)} == {"Good", "Few"}


def test_it_is_said_on_the_heatmap_in_the_drawer_and_on_the_map(
    as_manager: Client, organisation: Organisation, map_url: Url
) -> None:
    when = factories.period(organisation)
    at = factories.touchpoint(organisation, "Invoice")
    factories.tally(at, when, (5, 5, 5))
    link = _link(at, factories.team(organisation, "Sales"), factories.team(organisation, "Billing"))
    mark = '<span class="tag warn">weak link</span>'
    assert mark not in as_manager.get(map_url("index")).text
    _rate(link, when, (18, 2, 0))
    assert mark in as_manager.get(map_url("index")).text
    drawer = as_manager.get(map_url("cell", touchpoint=at.pk)).text
    assert "weakest link" in drawer
    assert "net −90" in " ".join(drawer.split())
    assert ">weak link</a>" in as_manager.get(map_url("map")).text


# The pages


def test_the_chain_is_drawn_and_listed(
    as_manager: Client, as_member: Client, organisation: Organisation, map_url: Url
) -> None:
    assert "No hand-offs yet" in as_manager.get(map_url("chain")).text
    when = factories.period(organisation)
    names = ("Sales & <Co>", "Fitters", "Stores")
    sales, fitters, stores = (factories.team(organisation, name) for name in names)
    at = factories.touchpoint(organisation, "The visit")
    _link(at, sales, fitters, "The <order>")
    _link(at, stores, fitters, "Parts")
    weak = _link(at, fitters, sales, "What was done")
    page = as_manager.get(map_url("chain")).text
    assert "Nobody has rated a hand-off yet" in page
    _rate(weak, when, (18, 2, 0))
    for client in (as_manager, as_member):
        page = client.get(map_url("chain")).text
        assert page.count('class="chain-arrow"') == 3
        assert page.count('id="pair-') == 3
        assert "The &lt;order&gt;" in page
        assert "<Co>" not in page
        assert "1 touchpoint has a weak link" in " ".join(page.split())
    assert "Ask the receiving teams" not in page
    one = as_member.get(map_url("hand_offs", touchpoint=at.pk)).text
    assert 'class="chain-path last"' in one
    assert "Remove" not in one
    posted = as_member.post(map_url("hand_offs", touchpoint=at.pk), {"name": "X"})
    assert posted.status_code == 403
    assert as_manager.get(map_url("chain") + "?period=nonsense").status_code == 200


@pytest.mark.parametrize("more", [1, 3])
def test_the_chain_takes_so_many_queries(
    as_manager: Client,
    organisation: Organisation,
    map_url: Url,
    django_assert_num_queries: Callable[[int], AbstractContextManager[object]],
    more: int,
) -> None:
    for _ in range(more):
        link = _link(
            factories.touchpoint(organisation),
            factories.team(organisation),
            factories.team(organisation),
        )
        _rate(link, factories.period(organisation), (9, 2, 0))
    with django_assert_num_queries(8):
        as_manager.get(map_url("chain"))
    with django_assert_num_queries(4):
        as_manager.get(map_url("chain"))


# Asking


def test_each_receiving_team_is_asked_about_its_own(
    as_manager: Client, organisation: Organisation, map_url: Url
) -> None:
    ask = reverse("feedback:chain_ask", args=[organisation.slug])
    assert "No hand-offs yet" in as_manager.get(ask).text
    sales, fitters, stores = (factories.team(organisation, name) for name in ("S", "F", "W"))
    night = Team.objects.create(organisation=organisation, name="Night", parent=fitters)
    for team in (fitters, fitters, night, stores):
        factories.staff(organisation, team=team)
    at = factories.touchpoint(organisation, "The visit")
    order, parts = _link(at, sales, fitters), _link(at, stores, fitters, "Parts")
    back = _link(at, fitters, stores, "Returns")
    page = as_manager.get(ask).text
    assert "F: 2 hand-offs, 3 people" in page
    assert "W: 1 hand-off, 1 person" in page
    assert as_manager.post(ask, {}).status_code == 400
    day = timezone.localdate() + dt.timedelta(days=7)
    choice = {"privacy": "confidential", "closes_on": day.isoformat()}
    choice["period"] = page.split('name="period"')[1].split('value="')[1].split('"')[0]
    both = {**choice, "teams": [fitters.pk, stores.pk]}
    assert "2 rounds are prepared" in as_manager.post(ask, both, follow=True).text
    asked = {
        found.title: set(found.survey.questions.values_list("hand_off_id", flat=True))
        for found in Round.objects.all()
    }
    assert asked == {
        "What F receives": {order.pk, parts.pk, None},
        "What W receives": {back.pk, None},
    }
    found = Round.objects.get(title="What F receives")
    assert (found.confidential, found.selection) == (True, {"teams": [fitters.pk, night.pk]})
    open_round(round=found)
    assert found.invitations.count() == 3
    # Once more: the survey is there already, and one round goes straight to its sending.
    answer = as_manager.post(ask, {**choice, "teams": [fitters.pk]})
    assert answer["Location"].endswith("/open/")
    assert Round.objects.filter(survey=found.survey).count() == 2


# The drawing


def _drawn(*edges: tuple[str, str]) -> dict[object, tuple[float, float]]:
    names = {one: f"Team {one}" for edge in edges for one in edge}
    laid = lay_out(dict(names), edges)
    for box, other in ((a, b) for a in laid.boxes for b in laid.boxes if a is not b):
        apart_x, apart_y = abs(box.x - other.x) >= BOX_WIDTH, abs(box.y - other.y) >= BOX_HEIGHT
        assert apart_x or apart_y
    for box in laid.boxes:
        assert 0 <= box.x <= laid.width - BOX_WIDTH
        assert 0 <= box.y <= laid.height - BOX_HEIGHT
    assert [arrow.number for arrow in laid.arrows] == [
        at for at, (one, two) in enumerate(edges) if one != two
    ]
    return {box.key: (box.x, box.y) for box in laid.boxes}


def test_who_hands_over_stands_left_of_who_receives() -> None:
    edges = [("a", "b"), ("b", "c"), ("a", "c"), ("d", "c")]
    place = _drawn(*edges)
    assert all(place[one][0] < place[two][0] for one, two in edges)


def test_circles_are_drawn_too() -> None:
    assert len(_drawn(("a", "b"), ("b", "c"), ("c", "a"))) == 3
    assert len(_drawn(("a", "b"), ("b", "a"))) == 2
    assert lay_out({}, []).boxes == ()
    assert lay_out({"a": "A"}, [("a", "a")]).boxes == ()


def test_a_long_chain_and_a_wide_one() -> None:
    row = [f"t{n}" for n in range(300)]
    assert len(_drawn(*pairwise(row[:60]))) == 60
    assert len(lay_out({one: one for one in row}, list(pairwise(row))).arrows) == 299
    wide = [("hub", one) for one in row[:40]]
    assert len(_drawn(*wide)) == 41


def test_long_names_are_cut_to_the_box() -> None:
    laid = lay_out(
        {"a": "x" * 300, "b": "Many short words in a row make three lines"}, [("a", "b")]
    )
    for box in laid.boxes:
        assert len(box.lines) <= 2
        assert all(len(line) <= 19 for line in box.lines)
        assert box.lines[-1].endswith("…")


def test_pairs_gather_what_one_team_hands_to_another(organisation: Organisation) -> None:
    one, two = factories.team(organisation), factories.team(organisation)
    at = factories.touchpoint(organisation)
    for name in ("First", "Second"):
        _link(at, one, two, name)
    _link(at, two, one, "Back")
    found = pairs(chain(organisation, None))
    assert [len(pair.links) for pair in found] == [2, 1]
    assert [pair.number for pair in found] == [1, 2]
