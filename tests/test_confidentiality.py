"""The attack on confidential rounds: made-up organisations answer, rounds are closed, everything
that anyone can read is collected over time, and nobody may be given away by it.

`--attacks N` makes that many organisations; by default 2,000.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from feedback import kinds
from feedback.models import Invitation, Question, Response, Round, Survey
from feedback.publishing import Published
from feedback.queries import stored_results
from feedback.queries.receipts import receipts_of
from feedback.services import QuestionSpec, close_round, sealing
from feedback.slices import groups_of, slices_of
from programme.models import Organisation, Person, PersonKind, Role, Team
from tests import factories
from tests.attack import Seen, band_cases, counted, known_together, pinned
from touchpoints.models import RatingTally, Touchpoint, Voice
from touchpoints.moments import MOMENTS, moment_of
from touchpoints.queries.figures import heatmap

pytestmark = pytest.mark.django_db

K = 5
CHUNKS = 8
KINDS = [
    *("moment", "satisfaction-5", "recommend-10", "effort-7", "agreement-5"),
    *("yes-no", "one", "several"),
]
OPTIONS = ("apple", "pear", "plum")
# Every way to choose some of them: the answers to a question of several.
CHOSEN = [
    [option for at, option in enumerate(OPTIONS) if chosen >> at & 1]
    for chosen in range(1, 2 ** len(OPTIONS))
]


def answers_to(kind: str) -> list[Any]:
    """What the question may be answered with, in the scale's order where it has one."""
    if kind == kinds.SEVERAL:
        return CHOSEN
    return list(OPTIONS if kind == kinds.ONE else kinds.VALUES[kind])


def is_ordered(kind: str) -> bool:
    return kind not in Question.CHOOSING_KINDS


@dataclass(frozen=True)
class Company:
    """Teams as the place of the team above each (None: none), and what was answered: for each
    round, in each team (the last list is of those in none), places on the question's scale, or
    None for someone who did not answer."""

    kind: str
    parents: list[int | None]
    rounds: list[list[list[int | None]]]


@st.composite
def companies(draw: st.DrawFn) -> Company:
    kind = draw(st.sampled_from(KINDS))
    scale = len(answers_to(kind))
    parents: list[int | None] = []
    for place in range(draw(st.integers(1, 4))):
        above = draw(st.integers(-1, place - 1))
        parents.append(None if above < 0 else above)
    # Whoever answers like most others, in most teams: that is where it could go wrong.
    usual = st.just(draw(st.integers(0, scale - 1)))
    anything = st.integers(0, scale - 1)
    answer = draw(st.sampled_from([anything, st.one_of(usual, usual, anything), usual]))
    someone = st.one_of(answer, answer, answer, st.none())
    team = st.lists(someone, max_size=draw(st.sampled_from([3, 6, 12])))
    asked = st.lists(team, min_size=len(parents) + 1, max_size=len(parents) + 1)
    return Company(kind, parents, draw(st.lists(asked, min_size=1, max_size=2)))


def _teams(of: Organisation, parents: list[int | None]) -> list[Team]:
    made: list[Team] = []
    for place, above in enumerate(parents):
        made.append(
            Team.objects.create(
                organisation=of,
                name=f"Team {place}",
                parent=made[above] if above is not None else None,
            )
        )
    return made


def _survey(of: Organisation, kind: str, at: Touchpoint) -> Survey:
    rates = at.pk if kind in kinds.RATING else None
    options = tuple((option, option) for option in OPTIONS) if kind in kinds.WITH_OPTIONS else ()
    asked = QuestionSpec("asked", kind, "Asked", touchpoint_id=rates, options=options)
    return factories.survey(of, asked)


def _answered(
    of: Organisation,
    survey: Survey,
    teams: list[Team],
    groups: list[list[int | None]],
    places: range,
    period: str,
) -> Round:
    """An open confidential round that these people have answered."""
    values = answers_to(survey.questions.get().kind)
    sent = factories.draft_round(
        of,
        survey=survey,
        audience="internal",
        confidential=True,
        period=factories.period(of, period),
    )
    sent.state, sent.opened_at = Round.State.OPEN, timezone.now()
    sent.save()
    asked = [
        (team, answer)
        for team, group in zip([*teams, None], groups, strict=True)
        for answer in group
    ]
    people = Person.objects.bulk_create(
        Person(organisation=of, kind=PersonKind.STAFF, name=f"Person {n}", team=team)
        for n, (team, _) in zip(places, asked, strict=False)
    )
    now = timezone.now()
    invitations = Invitation.objects.bulk_create(
        Invitation(
            organisation=of,
            round=sent,
            person=person,
            team=person.team,
            token_hash=f"{sent.pk}-{person.pk}",
            seen_at=now if answer is not None else None,
            answered_at=now if answer is not None else None,
        )
        for person, (_, answer) in zip(people, asked, strict=True)
    )
    Response.objects.bulk_create(
        Response(
            organisation=of,
            round=sent,
            invitation=invitation,
            team=invitation.team,
            answers={"asked": values[answer]},
            version=1,
            submitted_at=now,
        )
        for invitation, (_, answer) in zip(invitations, asked, strict=True)
        if answer is not None
    )
    return sent


# Reading everything


def _under(teams: list[Team]) -> dict[int | None, frozenset[int | None]]:
    """Each team with all those below it; None is everyone."""
    below: dict[int | None, set[int | None]] = {None: {None}}
    for team in teams:
        below[team.pk] = {team.pk}
    for team in teams:
        above: Team | None = team
        while above is not None:
            below[above.pk].add(team.pk)
            above = above.parent
        below[None].add(team.pk)
    return {key: frozenset(found) for key, found in below.items()}


def _by_moment(kind: str, values: list[str]) -> dict[str, frozenset[int]]:
    """The places of the answers that make each moment."""
    found: dict[str, set[int]] = defaultdict(set)
    for place, value in enumerate(values):
        scale = "moment-3" if kind == "moment" else kind
        found[moment_of(scale, value if kind == "moment" else int(value))].add(place)
    return {moment: frozenset(found[moment]) for moment in MOMENTS}


def _all_seen(closed: Round, kind: str, teams: list[Team], at: Touchpoint) -> Iterator[list[Seen]]:
    """Everything that can be read of one round, in all ways in which its words can be true: its
    stored results with every group, the results page's groups and those without each of them, the
    tallies that were handed over, and the heatmap."""
    values = [str(value) for value in answers_to(kind)]
    under = _under(teams)
    stored = stored_results(closed)["questions"].get("asked", {})
    seen: list[Seen] = []
    groups = {
        int(key) if key else None: [counts.get(value, 0) for value in values]
        for key, counts in stored.get("groups", {}).items()
    }
    for shown in groups:
        pieces = [counts for key, counts in groups.items() if key in under[shown]]
        seen += counted(under[shown], list(map(sum, zip(*pieces, strict=True))))
    slices = slices_of(closed, groups_of(closed.organisation, closed.audience))
    for team in slices.names:
        for people, rest in ((under[team], False), (under[None] - under[team], True)):
            if answered := slices.part(team, rest=rest)["asked"]:
                assert answered[0] == sum(answered[1].values())
                seen += counted(people, [answered[1].get(value, 0) for value in values])
    if stored.get("counts"):
        seen += counted(under[None], [stored["counts"].get(value, 0) for value in values])
    if kind in kinds.RATING:
        seen += _on_the_heatmap(closed, kind, values, under, at)
    if "band" in stored:
        first, last = (values.index(value) for value in stored["band"])
        for case in band_cases(under[None], first, last, len(values)):
            yield seen + case
    else:
        yield seen


def _on_the_heatmap(
    closed: Round,
    kind: str,
    values: list[str],
    under: dict[int | None, frozenset[int | None]],
    at: Touchpoint,
) -> Iterator[Seen]:
    moments = _by_moment(kind, values)
    rows = list(RatingTally.objects.filter(source=f"round-{closed.pk}"))
    for row in rows:
        assert row.voice == Voice.STAFF
        below = [other for other in rows if other.team_id in under[row.team_id]]
        for moment, answers in moments.items():
            n = sum(getattr(other, moment) for other in below)
            yield Seen(under[row.team_id], answers, n)
    shown = heatmap(organisation=closed.organisation, period=closed.period, voice=Voice.STAFF)
    (only,) = (row for row in shown.rows() if row.touchpoint.pk == at.pk)
    if not only.total.hidden:
        for moment, answers in moments.items():
            yield Seen(under[None], answers, getattr(only.total, moment))


def _each_option(closed: Round, teams: list[Team]) -> Iterator[list[Seen]]:
    """Of a question of several, everything that can be read: of each option that is told, how many
    chose it and how many did not; of everyone and of no group."""
    stored = stored_results(closed)["questions"].get("asked", {})
    assert "groups" not in stored
    assert not slices_of(closed, groups_of(closed.organisation, closed.audience)).names
    everyone = _under(teams)[None]
    for chosen in stored.get("counts", {}).values():
        yield counted(everyone, [stored["n"] - chosen, chosen])


def _together(closed: Round, answered: list[frozenset[str]]) -> list[str]:
    """What is told of all options at once, to someone who took part and knows the rule by which
    options are hidden: those counts are possible for which the very same would be told."""
    question = closed.survey.questions.get()
    stored = stored_results(closed)["questions"].get("asked", {})
    n, told = len(answered), stored.get("counts", {})
    # A hidden option was chosen by nearly everyone or by nearly nobody.
    unsafe = sorted({0, 1, n - 1, n})
    each = [[told[option]] if option in told else unsafe for option in OPTIONS]
    possible = [
        counts
        for counts in product(*each)
        if sealing.options_told(
            question,
            n,
            {option: count for option, count in zip(OPTIONS, counts, strict=True) if count},
            least=closed.figures_from,
        )
        == told
    ]
    return known_together(OPTIONS, n, possible, set(answered))


def _given_away(company: Company, of: Organisation) -> list[str]:
    """Closes the rounds, reads everything, and tells whom it gives away."""
    at = factories.touchpoint(of, "The desk")
    teams = _teams(of, company.parents)
    survey = _survey(of, company.kind, at)
    found = []
    first = 0
    for number, groups in enumerate(company.rounds, 1):
        places = range(first, first + sum(map(len, groups)))
        first = places.stop
        sent = _answered(of, survey, teams, groups, places, f"2026Q{number}")
        closed = close_round(round=sent)
        sizes = {
            team.pk if team else None: sum(answer is not None for answer in group)
            for team, group in zip([*teams, None], groups, strict=True)
        }
        small = [
            sorted(keys, key=str)
            for keys in _under(teams).values()
            if 1 < sum(sizes[key] for key in keys) < K
        ]
        if company.kind == kinds.SEVERAL:
            for seen in _each_option(closed, teams):
                found += pinned(sizes, [seen], scale=2, ordered=False, small=small)
            chosen = [
                frozenset(CHOSEN[one]) for group in groups for one in group if one is not None
            ]
            if len(chosen) >= K:
                found += _together(closed, chosen)
        else:
            cases = list(_all_seen(closed, company.kind, teams, at))
            scale, ordered = len(answers_to(company.kind)), is_ordered(company.kind)
            found += pinned(sizes, cases, scale=scale, ordered=ordered, small=small)
        answered = sum(sizes.values())
        (receipt,) = receipts_of([closed])
        assert receipt.answered == (answered if answered >= K else None)
    return found


def _attack(examples: int) -> None:
    @settings(
        max_examples=examples,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(companies())
    def run(company: Company) -> None:
        with transaction.atomic():
            found = _given_away(company, factories.organisation())
            transaction.set_rollback(True)
        assert not found

    run()


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_nobody_is_given_away(chunk: int, request: pytest.FixtureRequest) -> None:
    _attack(request.config.getoption("attacks") // CHUNKS)


def test_with_the_door_open_people_are_given_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: where every group is published as it is, the very same attack finds someone."""

    def publish_all(root: Any, *, ordered: bool, least: int) -> Published:
        def pieces(group: Any) -> Iterator[tuple[int | None, tuple[int, ...]]]:
            yield group.key, group.own
            for below in group.below:
                yield from pieces(below)

        return Published(dict(pieces(root)), n=sum(root.whole()))

    monkeypatch.setattr(sealing, "publish", publish_all)
    with pytest.raises(AssertionError, match="to"):
        _attack(100)


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        # Five people are left over by what is shown: the hidden option would be nearly everyone's.
        ({"apple": 3, "pear": 2, "plum": 9}, {}),
        ({"apple": 6, "pear": 5, "plum": 9}, {"apple": 6, "pear": 5}),
        # Whoever chose both would know that everyone else chose one, or the hidden one.
        ({"apple": 5, "pear": 5, "plum": 9}, {}),
        ({"apple": 5, "pear": 4, "plum": 1}, {}),
        ({"apple": 9, "pear": 10, "plum": 10}, {}),
        ({"apple": 4, "pear": 5, "plum": 6}, {"apple": 4, "pear": 5, "plum": 6}),
    ],
)
def test_options_that_would_tell_of_a_hidden_one_are_hidden_too(
    organisation: Organisation, chosen: dict[str, int], told: dict[str, int]
) -> None:
    question = _survey(organisation, kinds.SEVERAL, factories.touchpoint(organisation))
    assert sealing.options_told(question.questions.get(), 10, chosen, least=K) == told


def test_options_taken_together_give_people_away_where_each_is_hidden_alone(
    organisation: Organisation,
) -> None:
    """The control of the attack on options together: by the rule of one option at a time, whoever
    did not choose the plum would know that everyone else did."""
    plum, rest = frozenset({"plum"}), frozenset({"apple", "pear"})
    n = 10
    alone = [[3, 2, count] for count in (0, 1, n - 1, n)]
    assert known_together(OPTIONS, n, alone, {rest}) != []
    assert known_together(OPTIONS, n, [[5, 4, 6]], {rest, plum}) == []


# What is shown is what was stored


_PEOPLE: list[list[int | None]] = [[0, 2, 0, 2, 1, 0, 2], [0, 1, 2, 0, 2, 1], [0, 0], []]


def test_every_page_of_every_role_shows_what_was_stored_and_no_more(
    organisation: Organisation, as_user: Callable[[User], Client]
) -> None:
    at = factories.touchpoint(organisation, "The desk")
    teams = _teams(organisation, [None, None, None])
    survey = _survey(organisation, "moment", at)
    sent = _answered(organisation, survey, teams, _PEOPLE, range(15), "2026Q3")
    closed = close_round(round=sent)
    stored = stored_results(closed)["questions"]["asked"]
    # Two are too few, and six may not be shown beside them.
    assert set(stored["groups"]) == {"", str(teams[0].pk)}
    assert stored["counts"] == {"magic": 7, "mediocrity": 3, "misery": 5}

    for role in Role:
        client = as_user(factories.member(organisation, role).user)
        page = client.get(
            reverse("feedback:round", args=[organisation.slug, closed.pk])
        ).content.decode()
        bars = re.findall(
            r'<th scope="row">([^<]+)</th>.*?<td class="num">(\d+)</td>', page, re.DOTALL
        )
        assert sorted(int(n) for _, n in bars) == [3, 5, 7]
        for address in (
            reverse("touchpoints:index", args=[organisation.slug]) + "?show=staff&period=2026Q3",
            reverse("touchpoints:cell", args=[organisation.slug, at.pk])
            + "?voice=staff&period=2026Q3",
            reverse("touchpoints:heatmap_export", args=[organisation.slug, "csv"])
            + "?show=staff&period=2026Q3",
            reverse("feedback:index", args=[organisation.slug]),
            reverse("feedback:results", args=[organisation.slug, closed.pk]),
            reverse("feedback:results", args=[organisation.slug, closed.pk])
            + f"?of={teams[0].pk}&beside=rest",
            reverse("feedback:survey_results", args=[organisation.slug, survey.pk]),
        ):
            answer = client.get(address)
            assert answer.status_code == 200, address
            text = b"".join(answer) if answer.streaming else answer.content
            assert "Person" not in text.decode()


def test_a_round_keeps_the_thresholds_that_it_was_prepared_with(
    organisation: Organisation,
) -> None:
    organisation.figures_from, organisation.comments_from = 8, 12
    organisation.save()
    at = factories.touchpoint(organisation)
    survey = _survey(organisation, "moment", at)
    seven: list[list[int | None]] = [[0, 1, 2, 0, 1, 2, 0]]
    sent = _answered(organisation, survey, [], seven, range(7), "2026Q3")
    organisation.figures_from = 5
    organisation.save()
    closed = close_round(round=sent)
    assert (closed.figures_from, closed.comments_from) == (8, 12)
    assert stored_results(closed)["questions"] == {}
    assert not RatingTally.objects.exists()


def test_a_ranking_is_told_whole_or_not_at_all(organisation: Organisation) -> None:
    """The places of a ranking add up, so that one hidden option could be worked out."""
    options = tuple((option, option) for option in OPTIONS)
    survey = factories.survey(organisation, QuestionSpec("asked", "ranking", "?", options=options))
    told = {}
    for period, orders in (
        ("2026Q2", [["apple", "pear", "plum"]] * 6 + [["plum", "pear", "apple"]]),
        (
            "2026Q3",
            [["apple", "pear", "plum"], ["plum", "apple", "pear"], ["pear", "plum", "apple"]] * 3,
        ),
    ):
        sent = factories.draft_round(
            organisation,
            survey=survey,
            audience="internal",
            confidential=True,
            period=factories.period(organisation, period),
        )
        sent.state, sent.opened_at = Round.State.OPEN, timezone.now()
        sent.save()
        for order in orders:
            invitation = Invitation.objects.create(
                organisation=organisation,
                round=sent,
                person=factories.staff(organisation),
                token_hash=f"{period}-{Invitation.objects.count()}",
                answered_at=timezone.now(),
            )
            Response.objects.create(
                organisation=organisation,
                round=sent,
                invitation=invitation,
                answers={"asked": order},
                version=1,
                submitted_at=timezone.now(),
            )
        told[period] = stored_results(close_round(round=sent))["questions"].get("asked")
    # Six of seven alike: with the middle place hidden the others would give the seventh away.
    assert told["2026Q2"] is None
    assert told["2026Q3"] == {
        "n": 9,
        "counts": {f"{option}:{place}": 3 for option in OPTIONS for place in (1, 2, 3)},
    }
