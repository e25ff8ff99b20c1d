"""How the sample organisation steers by its mission: decisions, a disagreement, commitments."""

import datetime as dt

from focusprog.sample.people import Cast
from missions import services
from missions.models import CheckIn, Commitment, Decision, Mission
from missions.services.commitments import monday
from programme.models import Role

# What was decided, what it changes, fit, what came of it, whether it did what was said, whether
# the question was asked first, days ago, days from then to the second look.
DECISIONS = (
    ("Close the desk between ten at night and six",
     "Callers at night would reach a company that does not know their building.",
     "hurts", "Not done. The night desk stays, and three hospitals renewed because of it.", "yes",
     True, 420, 180),
    ("Give engineers the customer’s mobile number",
     "They hear from the person who is coming, not from a switchboard.",
     "helps", "Done, with the customer’s consent at the first visit. Some still ring the office.",
     "partly", True, 300, 120),
    ("Charge for the second visit to the same fault",
     "They would pay for our not mending it the first time.",
     "hurts", "Dropped after the engineers objected.", "", False, 180, None),
    ("Buy the smaller vans",
     "Fewer parts on board, so more waits.",
     "hurts", "", "", True, 95, 90),
    ("Paint the vans green",
     "Nothing that we could name.",
     "neutral", "Done when a van is due for paint anyway.", "", None, 40, None),
)  # fmt: skip
# Clause, what is done, whose, and the last weeks' words, the oldest first.
COMMITMENTS = (
    (0, "Read one stopped-lift story aloud before the Monday meeting.", Role.LEADER, "yyynyyy"),
    (1, "Ring back before lunch, even with nothing new to say.", Role.MANAGER, "ynyyyny"),
    (1, "Write the promised hour on the service report.", Role.MEMBER, "  ynnn "),
)


def use_the_mission(cast: Cast, mission: Mission, today: dt.date) -> None:
    """Decisions in the register, one disagreement settled by judging, three commitments."""
    _decisions(cast, mission, today)
    _disagreement(cast, mission, today)
    _commitments(cast, mission, today)


def _decisions(cast: Cast, mission: Mission, today: dt.date) -> None:
    made = []
    for title, change, fit, outcome, kept, asked, ago, look in DECISIONS:
        decided_on = today - dt.timedelta(days=ago)
        review_on = decided_on + dt.timedelta(days=look) if look else None
        made.append(
            Decision(
                organisation=cast.organisation,
                mission=mission,
                title=title,
                customer_change=change,
                fit=fit,
                outcome=outcome,
                asked_first=asked,
                decided_on=decided_on,
                decided_by=cast.members[Role.LEADER],
                review_on=review_on,
                reviewed_on=review_on if kept else None,
                kept=kept,
            )
        )
    Decision.objects.bulk_create(made)


def _disagreement(cast: Cast, mission: Mission, today: dt.date) -> None:
    leader, manager = cast.members[Role.LEADER], cast.members[Role.MANAGER]
    weighing = services.open_weighing(
        mission=mission,
        kind="disagreement",
        question="Do we tell a customer the hour before we have the part?",
        customer_change="They could plan their day, and might be let down once in ten times.",
        options=["Tell them, and ring when it slips", "Wait until the part is in our hands"],
        opened_by=leader,
    )
    first, second = weighing.options.all()
    clauses = [clause.pk for clause in weighing.mission.statement_clauses.all()]
    views = {
        leader: (("helps", "helps", "helps"), ("neutral", "neutral", "hurts")),
        manager: (("helps", "neutral", "hurts"), ("neutral", "neutral", "helps")),
    }
    for judge, (of_first, of_second) in views.items():
        answers = {(first.pk, clause): of_first[n % 3] for n, clause in enumerate(clauses)}
        answers |= {(second.pk, clause): of_second[n % 3] for n, clause in enumerate(clauses)}
        services.judge(weighing=weighing, membership=judge, answers=answers)
    services.reveal(weighing=weighing)
    services.settle(
        weighing=weighing,
        option=first,
        fit="helps",
        decided_on=today - dt.timedelta(days=12),
        review_on=today + dt.timedelta(days=80),
        decided_by=leader,
    )


def _commitments(cast: Cast, mission: Mission, today: dt.date) -> None:
    clauses = services.number_clauses(mission=mission)
    this_week = monday(today)
    said = []
    for place, text, role, weeks in COMMITMENTS:
        owner = cast.members[role]
        clause = clauses[min(place, len(clauses) - 1)]
        made = services.make_commitment(clause=clause, text=text, owner=owner)
        said += [
            CheckIn(
                organisation=cast.organisation,
                commitment=made,
                week=this_week - dt.timedelta(weeks=len(weeks) - n),
                done=word == "y",
                by=owner,
            )
            for n, word in enumerate(weeks)
            if word.strip()
        ]
    CheckIn.objects.bulk_create(said)
    # They have been lived for as long as they have words.
    since = dt.datetime.combine(this_week - dt.timedelta(weeks=9), dt.time(9), dt.UTC)
    Commitment.objects.filter(clause__mission=mission).update(created_at=since)
