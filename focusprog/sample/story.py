"""What the sample organisation has made of it: missions, decisions, improvements, cases."""

import datetime as dt
from uuid import uuid4

from django.utils import timezone

from feedback.models import Case, Comment
from feedback.queries import held_comments
from feedback.services import review_comment
from focusprog.sample import company, words
from focusprog.sample.compass import use_the_mission
from focusprog.sample.people import Cast
from missions.models import Contribution, Draft, Mission, Theme
from missions.services.clause_links import answer_theme
from missions.services.drafts import number_statement
from programme.models import Period, Role
from touchpoints.models import Improvement, Rule
from touchpoints.services import (
    comment_on_improvement,
    reveal_workshop,
    save_votes,
    start_workshop,
    take_on_rule,
)


def make_story(cast: Cast, quarters: list[Period], today: dt.date) -> None:
    """Write them; `quarters` are the eight closed ones, oldest first."""
    _adopted_mission(cast, quarters[0].ends_on, today)
    _open_mission(cast)
    _improvements(cast, quarters, today)
    _rules(cast, today)
    _workshop(cast)
    _cases(cast, today)
    _held_comments(cast)


def _held_comments(cast: Cast) -> None:
    """Comments that name someone: the newest waits, all before it have been decided on."""
    for number, held in enumerate(held_comments(cast.organisation)[1:]):
        review_comment(
            comment=held, release=bool(number % 2), reviewed_by=cast.members[Role.LEADER]
        )


def _adopted_mission(cast: Cast, adopted_on: dt.date, today: dt.date) -> None:
    organisation, leader = cast.organisation, cast.members[Role.LEADER]
    mission = Mission.objects.create(
        organisation=organisation,
        title=words.ADOPTED_TITLE,
        state=Mission.State.DRAFTING,
        started_by=leader,
    )
    _words_and_themes(cast, mission, words.ADOPTED_WORDS)
    Draft.objects.bulk_create(
        Draft(organisation=organisation, mission=mission, version=version, text=text, author=leader)
        for version, text in enumerate((*words.EARLIER_DRAFTS, words.ADOPTED), 1)
    )
    for clause, name in words.CLAUSES:
        theme = mission.themes.get(name=name)
        answer_theme(theme=theme, clause=clause, text=words.ADOPTED, taken_up=True, by=leader)
    mission.state = Mission.State.ADOPTED
    mission.statement = words.ADOPTED
    mission.adopted_on = adopted_on
    mission.review_on = adopted_on + dt.timedelta(days=1096)
    mission.save()
    number_statement(mission=mission)
    use_the_mission(cast, mission, today)


def _open_mission(cast: Cast) -> None:
    mission = Mission.objects.create(
        organisation=cast.organisation,
        title=words.OPEN_TITLE,
        state=Mission.State.THEMES,
        started_by=cast.members[Role.LEADER],
    )
    _words_and_themes(cast, mission, words.OPEN_WORDS)


def _words_and_themes(
    cast: Cast, mission: Mission, said: tuple[tuple[str, str, str, str], ...]
) -> None:
    """Contributions in their voices, and the themes they were put under."""
    contributions = Contribution.objects.bulk_create(
        Contribution(
            organisation=cast.organisation,
            mission=mission,
            voice=voice,
            prompt=prompt,
            text=text,
            author=cast.members[Role.LEADER] if voice == "leader" else None,
        )
        for voice, prompt, text, _ in said
    )
    names = list(dict.fromkeys(theme for *_, theme in said if theme))
    for position, name in enumerate(names):
        theme = Theme.objects.create(
            organisation=cast.organisation, mission=mission, name=name, position=position
        )
        theme.contributions.set(
            one for one, (*_, of) in zip(contributions, said, strict=True) if of == name
        )


def _improvements(cast: Cast, quarters: list[Period], today: dt.date) -> None:
    owners = [cast.members[Role.MANAGER], cast.members[Role.LEADER]]
    improvements = []
    for number, mending in enumerate(company.IMPROVEMENTS):
        done_on = None if mending.done_in is None else quarters[mending.done_in].ends_on
        under_way = Improvement.State.UNDER_WAY if number % 2 else Improvement.State.PLANNED
        improvements.append(
            Improvement(
                organisation=cast.organisation,
                touchpoint=cast.touchpoints[mending.touchpoint],
                title=mending.title,
                cause=mending.cause,
                kind=mending.kind,
                state=Improvement.State.DONE if done_on else under_way,
                effort=mending.effort,
                impact=mending.impact,
                owner=owners[number % 2],
                due_on=done_on or today + dt.timedelta(days=mending.due_in_days),
                expected_effect=mending.expected,
                done_on=done_on,
            )
        )
    Improvement.objects.bulk_create(improvements)
    held = next(one for one in improvements if one.state == Improvement.State.UNDER_WAY)
    held.whys, held.cause = list(words.WHYS), words.WHYS[-1]
    held.expected_net, held.expected_in = 20, quarters[-1].quarter.shift(2).code
    held.save(update_fields=["whys", "cause", "expected_net", "expected_in"])
    for text in words.LOG:
        comment_on_improvement(improvement=held, by=owners[0], text=text)


def _rules(cast: Cast, today: dt.date) -> None:
    member, manager = cast.members[Role.MEMBER], cast.members[Role.MANAGER]
    rules = []
    for name, hampered, lifter, touchpoint, since in words.RULES:
        rule = Rule.objects.create(
            organisation=cast.organisation,
            name=name,
            hampered=hampered,
            lifter=lifter,
            touchpoint=cast.touchpoints[touchpoint],
            named_by=member,
            since=since,
        )
        rules.append(rule)
    for weeks, rule in zip((22, 9, 5, 1), rules, strict=True):
        named_at = timezone.now() - dt.timedelta(weeks=weeks)
        Rule.objects.filter(pk=rule.pk).update(named_at=named_at)
    Rule.objects.filter(pk=rules[0].pk).update(lifted_on=today - dt.timedelta(days=70))
    take_on_rule(rule=rules[1], by=manager)


def _workshop(cast: Cast) -> None:
    """Seven people rated the invoices and what follows them; nobody has decided to keep it."""
    at = [cast.touchpoints[name] for name in words.WORKSHOP]
    held = start_workshop(
        organisation=cast.organisation,
        title=words.WORKSHOP_TITLE,
        touchpoints=at,
        by=cast.members[Role.MANAGER],
    )
    for rated in zip(*words.WORKSHOP.values(), strict=True):
        votes = {
            one.pk: words.MOMENTS[sign] for one, sign in zip(at, rated, strict=True) if sign != "-"
        }
        save_votes(workshop=held, device=uuid4(), votes=votes, finished=True)
    reveal_workshop(workshop=held)


def _cases(cast: Cast, today: dt.date) -> None:
    for number, (title, touchpoint, state, days, outcome) in enumerate(words.CASES):
        comment = _complaint(cast, touchpoint)
        response = comment.response if comment is not None else None
        invitation = response.invitation if response is not None else None
        due = timezone.now() + dt.timedelta(days=days)
        Case.objects.create(
            organisation=cast.organisation,
            title=title,
            comment=comment,
            person=invitation.person if invitation is not None else None,
            touchpoint=cast.touchpoints[touchpoint],
            owner=cast.members[Role.MANAGER if number % 2 else Role.LEADER],
            state=state,
            due_at=due,
            outcome=outcome,
            closed_at=None if state == Case.State.OPEN else due,
        )


def _complaint(cast: Cast, touchpoint: str) -> Comment | None:
    """The newest comment in which a customer says what went wrong there; where none does, what
    was said of it last."""
    wrong = [text for name, felt, text in words.COMMENTS if (name, felt) == (touchpoint, "misery")]
    said = (
        Comment.objects.filter(
            organisation=cast.organisation, touchpoint=cast.touchpoints[touchpoint]
        )
        .select_related("response__invitation__person")
        .order_by("-round__created_at", "pk")
    )
    return said.filter(text__in=wrong).first() or said.first()
