"""The parts of a report beyond its figures: causes, the chain, inside against outside, passages."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from feedback.loyalty import Counted
from programme.models import Segment
from programme.periods import Quarter
from reports.assembly import assemble
from reports.causes import shared_words
from reports.contents import DecisionLine, RuleLine
from reports.known import (
    KnownComments,
    KnownGap,
    KnownLink,
    KnownReceipt,
    KnownWeight,
)
from reports.words import Said, short
from tests.test_report_assembly import (
    BEFORE,
    MISSION,
    NOTHING,
    Counts,
    cell,
    heatmap,
    improvement,
    report,
    row,
    told,
)

FALL = row(1, "Hotline", cell((20, 10, 10), difference=-28, real=True))
RISE = row(1, "Contract", cell((10, 10, 20), difference=30, real=True))


def link(key: int, name: str, counts: Counts, **fields: object) -> KnownLink:
    standard = KnownLink(key, name, "Stores", "Fitters", 1, "Waiting for parts", cell(counts))
    return replace(standard, **fields)  # type: ignore[arg-type]


def causes(of: Any) -> str:
    return " ".join(of.changes[0].causes)


def test_a_change_without_anything_known_says_that_the_cause_is_not_known() -> None:
    assert causes(report(FALL)) == "The cause is not known."


def test_a_finished_improvement_stands_beside_a_rise_and_against_a_fall() -> None:
    done = improvement(state="done", done_on=dt.date(2026, 8, 1))
    assert causes(report(RISE, improvements=[done])) == (
        "“One invoice a month” was finished there on 1 August 2026."
    )
    assert causes(report(FALL, improvements=[done])) == (
        "It fell although “One invoice a month” was finished there on 1 August 2026. "
        "The cause is not known."
    )


@pytest.mark.parametrize("day", [dt.date(2026, 3, 31), dt.date(2026, 10, 1)])
def test_what_was_finished_before_both_quarters_or_after_is_no_cause(day: dt.date) -> None:
    done = improvement(state="done", done_on=day)
    assert causes(report(RISE, improvements=[done])) == "The cause is not known."


def test_what_comments_share_is_told_beside_a_change() -> None:
    found = report(FALL, comments={1: KnownComments(14, ("menu", "rang"))})
    assert causes(found) == (
        "The cause is not known. Words that 14 comments about it share: “menu” and “rang”."
    )
    alone = report(FALL, comments={1: KnownComments(1, ())})
    assert causes(alone).endswith("One comment about it, with no words in common.")


def test_shared_words_are_those_of_three_comments_and_no_names() -> None:
    about = [
        "The new menu has six choices.",
        "That menu again. Grace was kind.",
        "Menu, menu, menu. Grace helped.",
        "Grace answered, a secret word: xylophone.",
    ]
    everything = [*about, *(f"The engineer was kind, number {n}." for n in range(20))]
    assert shared_words(about, everything, names=["Grace Abara"]) == ("menu",)
    assert shared_words(about, everything) == ("grace", "menu")
    assert shared_words([], []) == ()


def test_words_that_everyone_uses_set_nothing_apart() -> None:
    about = ["They were late there."] * 4
    assert shared_words(about, about * 10) == ()


def test_the_chain_puts_the_weakest_link_first_and_blames_nobody() -> None:
    links = [
        link(1, "The van’s list", (2, 8, 6)),
        link(2, "The right part", (14, 3, 1)),
        link(3, "Silent", (1, 1, 1)),
    ]
    found = report(FALL, links=links, links_quarter=NOTHING.quarter, mission=MISSION)
    assert [one.name for one in found.chain.links] == ["The right part", "The van’s list"]
    assert (found.chain.hand_offs, found.chain.rated) == (3, 2)
    passage = found.passages["chain"]
    assert "The weakest is “The right part”, from Stores to Fitters" in passage
    assert "not about either of them" in passage
    assert "Mend “The right part” between Stores and Fitters" in [one.title for one in found.asks]


def test_an_improvement_at_the_link_is_shown_there_and_asks_nothing_more() -> None:
    mending = improvement(touchpoint_id=None, hand_off_id=2, title="A shelf for the ten")
    found = report(
        links=[link(2, "The right part", (14, 3, 1))],
        links_quarter=NOTHING.quarter,
        improvements=[mending],
    )
    assert found.chain.links[0].improvement == "A shelf for the ten"
    assert not any("Mend" in one.title for one in found.asks)


def test_a_chain_without_links_or_ratings_says_so() -> None:
    assert "No hand-off between teams is on the map yet" in report().passages["chain"]
    one = report(links=[link(1, "Silent", (1, 1, 1))])
    assert one.passages["chain"].startswith("One hand-off is on the map, and none has five")
    assert one.chain.links == ()


def test_a_chain_rated_earlier_says_when() -> None:
    found = report(links=[link(1, "List", (2, 8, 6))], links_quarter=BEFORE)
    assert found.passages["chain"].startswith("Hand-offs were last rated in 2026Q2.")


def both(customers: Counts, staff: Counts, **fields: Any) -> Any:
    gap = KnownGap(-40.0, -60.0, -20.0, real=True)
    seen = row(1, "Invoice", cell(customers), staff=staff)
    blind = replace(seen.figures, blind_spot=bool(fields.pop("blind_spot", False)))
    return report(replace(seen, figures=blind), gaps={1: gap}, **fields)


def test_a_blind_spot_is_named_with_both_views() -> None:
    found = both((30, 10, 12), (2, 9, 30), blind_spot=True)
    assert found.inside.rows[0].mark == "blind spot"
    assert found.inside.rows[0].gap_words == "staff see it 40 points better"
    assert "one is a blind spot" in found.passages["loyalty"]
    assert "(“Invoice”)" in found.passages["loyalty"]


def test_a_shell_is_good_outside_and_poor_inside() -> None:
    found = both((2, 9, 40), (40, 9, 2))
    assert found.inside.rows[0].mark == "shell"
    assert "“Invoice” is a shell" in found.passages["loyalty"]


def test_five_to_nine_answers_make_no_gap() -> None:
    found = both((30, 10, 12), (1, 1, 5), blind_spot=True)
    assert (found.inside.compared, found.inside.rows) == (1, ())


def test_without_both_voices_or_recommendations_it_says_what_cannot_be_told() -> None:
    said = report(FALL).passages["loyalty"]
    assert "Whether loyal customers stay cannot be told" in said
    assert "Inside and outside cannot be compared" in said


def test_stays_by_convenience_is_a_share_with_its_worth() -> None:
    corners = [
        Counted(loyal=True, stayed=True, n=50, value=500_000),
        Counted(loyal=False, stayed=True, n=40, value=240_000),
        Counted(loyal=False, stayed=False, n=10, value=9_000),
    ]
    found = report(corners=corners)
    by_key = {one.key: one for one in found.loyalty}
    assert by_key["not_loyal_stayed"].share == 40.0
    assert by_key["loyal_left"].n == 0
    assert (
        "40 % (31 to 50) of the customers who told us stay by convenience"
        in (found.passages["loyalty"])
    )
    assert "They are worth 240,000 a year." in found.passages["loyalty"]


def test_a_small_corner_hides_the_next_smallest_with_it() -> None:
    corners = [
        Counted(loyal=True, stayed=True, n=50, value=1),
        Counted(loyal=False, stayed=True, n=20, value=1),
        Counted(loyal=True, stayed=False, n=2, value=1),
    ]
    hidden = [one.key for one in report(corners=corners).loyalty if one.n is None]
    assert hidden == ["not_loyal_stayed", "loyal_left"]


def test_passages_of_an_empty_programme_are_whole_sentences() -> None:
    for text in told(assemble(NOTHING)).passages.values():
        assert text
        assert text[0].isupper()
        assert text.endswith(".")
        assert "None" not in text.split()


def test_one_and_many_are_said_rightly() -> None:
    one = report(RISE, row(2, "Driver", cell((20, 10, 10), difference=1)))
    assert one.passages["changes"] == (
        "“Contract” rose since 2026Q2. One other shows no detectable change."
    )
    many = [row(n, f"T{n}", cell((20, 10, 10), difference=-9, real=True)) for n in range(1, 6)]
    assert report(*many).passages["changes"] == (
        "“T1”, “T2”, “T3” and two others fell since 2026Q2."
    )
    none = report(row(1, "Driver", cell((20, 10, 10), difference=1)))
    assert none.passages["changes"] == (
        "One touchpoint can be compared, and no change since 2026Q2 is more than chance could make."
    )


def test_a_change_of_one_segment_alone_is_not_passed_over() -> None:
    moved = row(1, "Driver", cell((20, 10, 10), difference=1))
    moved = replace(
        moved,
        figures=replace(
            moved.figures, cells=(cell((5, 5, 9), difference=25, real=True), *moved.cells[1:])
        ),
    )
    assert (
        report(moved)
        .passages["changes"]
        .endswith("One cell of a single segment shows a real change; the heatmap marks it.")
    )


def test_priorities_rank_by_what_is_stated_and_what_answers_tell() -> None:
    found = report(row(1, "Invoice", cell((40, 5, 0))), weights={1: KnownWeight(11.6)})
    assert (found.priorities[0].importance, found.priorities[0].explains) == (3, 12)
    assert "Nothing is planned or under way at “Invoice”." in found.passages["priorities"]


def test_improvements_count_the_late_the_finished_and_the_rules() -> None:
    late = improvement(due_on=dt.date(2026, 9, 1))
    done = improvement(state="done", state_words=Said("Done"), done_on=dt.date(2026, 8, 1))
    rule = RuleLine("A signature at night", "Engineers", "Parts", "", dt.date(2026, 8, 1))
    found = report(improvements=[late, improvement(), done], rules=[rule])
    assert found.passages["improvements"] == (
        "Two improvements are under way or planned, one of them late. Of one finished in the "
        "last year, none shows a change at its touchpoint that chance would hardly make. "
        "One rule was lifted."
    )


def test_assurance_counts_only_rounds_whose_answers_may_be_counted() -> None:
    open_one = KnownReceipt("Autumn", Said("Customers"), False, 100, 0, 100, 0, 60, True)
    hidden = KnownReceipt("Staff", Said("Staff"), True, 6, 0, 6, 0, None, False)
    found = report(row(1, "Invoice", cell((20, 10, 15))), receipts=[open_one, hidden])
    assert found.passages["assurance"] == (
        "Two rounds counted for this quarter; of 100 invitations whose answers may be counted, "
        "60 were answered (60 %). Customers’ ratings cover 1 of 1 touchpoint."
    )
    assert found.coverage[0].part == 1


def test_the_share_that_asked_first_is_said() -> None:
    mission = replace(MISSION, decisions=(), asked=0, asked_known=0)
    assert report(mission=mission).passages["mission"] == "No decision was recorded this quarter."


LONG = "Ein " + "sehr langer Name " * 18


def test_long_names_are_short_on_page_one_and_whole_in_the_tables() -> None:
    found = report(row(1, LONG, cell((40, 5, 0), difference=-30, real=True)))
    assert LONG not in found.headline
    assert "…" in found.headline
    assert found.changes[0].touchpoint == LONG
    assert len(found.asks[1].title) < 140


def test_a_name_is_cut_at_a_word() -> None:
    assert short("A short name") == "A short name"
    assert short("one two three four", 12) == "one two…"
    assert short("x" * 300, 20) == "x" * 19 + "…"


def test_four_hundred_touchpoints_are_assembled() -> None:
    rows = [row(n, f"T{n}", cell((20, 10, 5))) for n in range(1, 401)]
    known = replace(NOTHING, customers=replace(heatmap(*rows), segments=(Segment(name="All"),)))
    found = told(assemble(replace(known, before=Quarter(2026, 2))))
    assert len(found.priorities) == 10
    assert found.coverage[0].whole == 400


def test_a_mission_counts_its_questions() -> None:
    line = DecisionLine(
        "Text first", "They know when", Said("Helps the mission"), "", dt.date(2026, 8, 1)
    )
    mission = replace(MISSION, decisions=(line,), asked=3, asked_known=4)
    assert report(mission=mission).passages["mission"] == (
        "Of four decisions, three asked first what would change for the customer."
    )
