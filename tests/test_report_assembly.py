"""What a report says, from plain inputs: no database is touched here."""

import datetime as dt
import json
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest

from programme.models import Period, Segment
from programme.periods import Quarter
from reports.assembly import assemble
from reports.contents import MissionPart
from reports.known import Known, KnownImprovement, KnownReceipt, Recommend
from reports.measures import discoveries, net_estimate, share_estimate
from reports.wording import in_words
from reports.words import Months, Passage, Said, signed
from touchpoints.models import Stage, Touchpoint
from touchpoints.moments import classify
from touchpoints.queries import Cell, Figures, Heatmap, Row, StageRows

NOW = Quarter(2026, 3)
type Counts = tuple[int, int, int]


def cell(counts: Counts, *, difference: float | None = None, real: bool = False) -> Cell:
    n = sum(counts)
    found = classify(np.array([counts]))
    hidden = n < 5
    return Cell(
        touchpoint_id=1,
        segment_id=None,
        n=0 if hidden else n,
        misery=0 if hidden else counts[0],
        mediocrity=0 if hidden else counts[1],
        magic=0 if hidden else counts[2],
        label=str(found.label[0]),
        net=None if hidden else 100 * float(found.net[0]),
        low=None if hidden else 100 * float(found.low[0]),
        high=None if hidden else 100 * float(found.high[0]),
        indicative=5 <= n < 10,
        difference=difference,
        difference_low=None if difference is None else difference - 10,
        difference_high=None if difference is None else difference + 10,
        real_change=real,
    )


def row(
    key: int,
    name: str,
    total: Cell,
    *,
    history: tuple[Cell | None, ...] = (),
    staff: Counts = (0, 0, 0),
    priority: float | None = 1.0,
    importance: int = 3,
) -> Row:
    past = (None,) * (7 - len(history)) + history
    return Row(
        touchpoint=Touchpoint(pk=key, name=name, importance=importance),
        figures=Figures(
            cells=(total,),
            total=total,
            staff=cell(staff),
            history=(*past, total),
            blind_spot=False,
        ),
        priority=priority,
        top_five=0.5,
    )


def heatmap(*rows: Row) -> Heatmap:
    stages = (StageRows(stage=Stage(name="In the shop"), rows=rows),)
    return Heatmap(
        period=Period(year=2026, number=3),
        compare_with=None,
        voice="customer",
        segments=(Segment(name="Export"),),
        stages=stages,
        quarters=(),
    )


NOTHING = Known(
    organisation="Harbour & Vale",
    language="en",
    first_month=1,
    quarter=NOW,
    period_words=Months(dt.date(2026, 7, 1), dt.date(2026, 9, 30)),
    today=dt.date(2026, 10, 6),
    before=None,
    customers=heatmap(),
    staff=heatmap(),
    history=[NOW.shift(back) for back in range(-7, 1)],
    recommend=[None] * 8,
    improvements=[],
    owners={},
    receipts=[],
    mission=None,
    review_on=None,
)
BEFORE = Quarter(2026, 2)


def report(*rows: Row, language: str = "en", **fields: object) -> Any:
    """The report as it reads in that language."""
    known = replace(NOTHING, customers=heatmap(*rows), before=BEFORE, language=language)
    return told(assemble(replace(known, **fields)), language)  # type: ignore[arg-type]


def told(value: Any, language: str = "en") -> Any:
    """The same with its words in place of what is said, but still with names for its parts."""
    if is_dataclass(value) and not isinstance(value, (Said, Passage, Months, type)):
        parts = {one.name: told(getattr(value, one.name), language) for one in fields(value)}
        return replace(value, **parts)
    if isinstance(value, tuple):
        return tuple(told(one, language) for one in value)
    if isinstance(value, dict):
        return {key: told(one, language) for key, one in value.items()}
    return in_words(value, language)


def test_an_organisation_with_nothing_has_a_report_that_says_so() -> None:
    found = told(assemble(NOTHING))
    assert "Nothing can be said about 2026Q3 yet" in found.headline
    assert not (found.gains)
    assert not (found.worries)
    assert not (found.priorities)
    assert not (found.changes)
    assert found.gains_note == "No gain can be told: too few answers."
    assert [measure.now for measure in found.measures] == [None] * 4
    assert [ask.title for ask in found.asks] == ["Adopt a mission"]


def test_the_same_inputs_give_the_same_json() -> None:
    rows = [row(1, "Invoice", cell((20, 10, 5)))]
    first, second = (json.dumps(report(*rows).as_json(), sort_keys=True) for _ in range(2))
    assert first == second


def test_a_first_quarter_has_nothing_to_compare_with() -> None:
    found = report(row(1, "Invoice", cell((1, 4, 40))), before=None)
    assert found.headline.startswith("This is the first measured quarter")
    assert [gain.why for gain in found.gains] == [None]
    assert found.gains_note == "Firmly a moment of magic:"
    assert "No earlier quarter has ratings" in found.sure
    assert "No earlier quarter has ratings" in " ".join(found.cannot_say)
    assert found.measures[1].since_quarter == "nothing to compare with"


def test_only_real_changes_are_named() -> None:
    found = report(
        row(1, "Invoice", cell((10, 10, 20), difference=30, real=True)),
        row(2, "Hotline", cell((10, 10, 20), difference=45, real=False)),
        row(3, "Driver", cell((20, 10, 10), difference=-28, real=True)),
    )
    assert found.headline == "“Invoice” got better and “Driver” got worse since 2026Q2."
    assert [change.touchpoint for change in found.changes] == ["Invoice", "Driver"]
    assert found.gains[0].why == "Up 30 points since 2026Q2"
    assert found.worries[0].why == "Down 28 points since 2026Q2"
    assert "Hotline" not in json.dumps([found.as_json()["changes"], found.headline])


def test_without_a_real_change_it_says_no_detectable_change() -> None:
    found = report(row(1, "Invoice", cell((1, 4, 40), difference=12)))
    assert found.headline == "No touchpoint changed detectably since 2026Q2."
    assert found.gains_note == "Nothing got detectably better. Firmly a moment of magic:"
    assert found.gains[0].why is None


def test_beside_a_real_change_the_others_say_that_they_have_none() -> None:
    found = report(
        row(1, "Invoice", cell((1, 4, 40), difference=30, real=True)),
        row(2, "Hotline", cell((1, 4, 40), difference=3)),
    )
    assert found.gains_note is None
    assert [gain.why for gain in found.gains] == [
        "Up 30 points since 2026Q2",
        "No detectable change",
    ]


def test_an_average_is_the_mean_of_the_nets_that_the_heatmap_shows() -> None:
    rows = [
        row(1, "Invoice", cell((2, 3, 5)), history=(cell((2, 3, 5)),)),
        row(2, "Hotline", cell((20, 5, 15)), history=(cell((20, 5, 15)),)),
    ]
    rows = [replace(one, figures=replace(one.figures, history=one.history[-1:])) for one in rows]
    found = report(*rows, history=[NOW])
    assert [one.total.net for one in found.heatmap.stages[0].rows] == [30.0, -12.5]
    assert found.measures[1].now.value == 8.8


def test_a_worry_with_an_owner_is_not_asked_to_be_given_one() -> None:
    bad = row(7, "Invoice", cell((40, 5, 0)))
    assert report(bad).asks[-1].title == "Give “Invoice” an improvement, an owner and a date"
    asked = report(bad, owners={7: "Maren Oduya"}).asks[-1]
    assert asked.title == "Give “Invoice” an improvement and a date"
    assert asked.why.endswith("nothing is planned there. Maren Oduya owns the touchpoint.")


def test_page_one_says_how_sure_it_is_and_of_which_day_its_improvements_are() -> None:
    asked = KnownReceipt("Autumn", Said("Customers"), False, 100, 0, 100, 0, 60, True)
    found = report(row(1, "Invoice", cell((9, 9, 9), difference=3)), receipts=[asked])
    assert (
        "of 100 invitations whose answers may be counted, 60 were answered (60\u00a0%)"
        in found.sure
    )
    assert "a change of less than about 61 points would mostly go unseen" in found.sure
    assert "think otherwise" not in found.sure
    assert found.as_of is None
    assert str(NOTHING.today.year) in report(improvements=[improvement()]).as_of


def test_a_quarter_that_is_not_over_says_so() -> None:
    ends = NOTHING.period_words.last
    assert "The quarter ends on" in report(today=ends).sure
    assert "The quarter ends on" not in report(today=ends + dt.timedelta(days=1)).sure


def test_a_yearly_survey_is_compared_with_the_year_before() -> None:
    """Two quarters exist, a year apart: last quarter is not measured, last year is."""
    clear = row(1, "Invoice", cell((5, 5, 60)), history=(cell((60, 5, 5)),))
    clear = replace(clear, figures=replace(clear.figures, history=clear.history[-2:]))
    found = report(clear, history=[NOW.shift(-4), NOW]).measures[1]
    assert found.last_quarter is None
    assert found.last_year is not None
    assert found.last_year.period == "2025Q3"
    assert found.since_quarter == "nothing to compare with"
    assert found.since_year.startswith("up ")


def test_where_nothing_is_firm_it_says_so_plainly() -> None:
    found = report(row(1, "Invoice", cell((8, 10, 12), difference=3)))
    assert found.gains == found.worries == ()
    assert found.gains_note == (
        "No touchpoint is firmly a moment of magic, and none got detectably better."
    )
    assert found.worries_note == (
        "No touchpoint is firmly a moment of misery, and none got detectably worse."
    )


@pytest.mark.parametrize("counts", [(0, 0, 9), (0, 0, 5)])
def test_indicative_figures_stay_out_of_the_summary(counts: Counts) -> None:
    found = report(row(1, "Invoice", cell(counts, difference=60, real=True)))
    assert found.gains == ()
    assert found.changes == ()
    assert found.priorities[0].indicative
    assert "One touchpoint had five to nine answers" in " ".join(found.cannot_say)


def test_hidden_cells_carry_no_figure_anywhere() -> None:
    found = report(row(1, "Invoice", cell((4, 0, 0)), priority=None)).as_json()
    total = found["heatmap"]["stages"][0]["rows"][0]["total"]
    assert total["label"] == "hidden"
    assert {total[key] for key in ("net", "low", "high", "n", "misery", "magic")} == {None}
    assert found["priorities"] == []


def test_worries_put_real_falls_before_firm_misery_and_end_at_three() -> None:
    found = report(
        row(1, "Reminder", cell((40, 5, 0)), priority=9),
        row(2, "Credit note", cell((40, 5, 0)), priority=99),
        row(3, "Driver", cell((20, 10, 10), difference=-28, real=True)),
        row(4, "Packaging", cell((40, 5, 0)), priority=1),
    )
    assert [worry.touchpoint for worry in found.worries] == ["Driver", "Credit note", "Reminder"]


def test_a_real_rise_that_is_still_misery_is_a_gain_and_a_worry() -> None:
    found = report(row(1, "Reminder", cell((40, 5, 0), difference=20, real=True)))
    assert [gain.touchpoint for gain in found.gains] == ["Reminder"]
    assert [worry.touchpoint for worry in found.worries] == ["Reminder"]


def test_priorities_are_the_ten_with_the_highest_score() -> None:
    rows = [row(key, f"T{key}", cell((20, 10, 5)), priority=float(key)) for key in range(1, 15)]
    found = report(*rows)
    assert [one.touchpoint for one in found.priorities] == [f"T{key}" for key in range(14, 4, -1)]
    assert [one.rank for one in found.priorities] == list(range(1, 11))


def improvement(**fields: object) -> KnownImprovement:
    standard = KnownImprovement(
        touchpoint_id=1,
        touchpoint="Invoice",
        title="One invoice a month",
        cause="",
        state="doing",
        state_words=Said("Under way"),
        owner="Mara",
        due_on=dt.date(2026, 12, 1),
        done_on=None,
        expected=Passage(("Net above zero",)),
    )
    return replace(standard, **fields)  # type: ignore[arg-type]


def test_the_board_is_asked_for_an_owner_where_a_worry_has_none() -> None:
    rows = [row(1, "Invoice", cell((40, 5, 0))), row(2, "Driver", cell((40, 5, 0)))]
    found = report(*rows, improvements=[improvement()], mission=MISSION)
    assert [ask.title for ask in found.asks] == [
        "Give “Driver” an improvement, an owner and a date"
    ]
    assert found.priorities[0].improvement == "One invoice a month"
    assert found.priorities[0].owner == "Mara"
    assert found.priorities[0].due_on == "1 December 2026"


def test_late_improvements_and_an_overdue_mission_are_asked_about() -> None:
    late = improvement(due_on=dt.date(2026, 9, 1))
    found = report(improvements=[late], mission=MISSION, review_on=dt.date(2026, 10, 1))
    assert [ask.title for ask in found.asks] == [
        "Decide whether “One invoice a month” goes on",
        "Review the mission",
    ]
    assert found.improvements[0].late


MISSION = MissionPart("Nobody waits.", dt.date(2025, 3, 3), None, ())


def test_a_finished_improvement_is_measured_before_and_after() -> None:
    done = improvement(state="done", done_on=dt.date(2026, 8, 1))
    clear = row(1, "Invoice", cell((0, 5, 60)), history=(cell((60, 5, 0)),))
    found = report(clear, improvements=[done])
    assert found.improvements[0].observed.endswith(": a real change")
    still = row(1, "Invoice", cell((20, 5, 21)), history=(cell((21, 5, 20)),))
    found = report(still, improvements=[done])
    assert found.improvements[0].observed.endswith(": no detectable change")
    found = report(row(1, "Invoice", cell((20, 5, 21))), improvements=[done])
    assert found.improvements[0].observed == "not measured yet"


def test_the_quarter_of_completion_is_not_its_own_before() -> None:
    """Finished in 2026Q2: the quarter before that is what it is compared with."""
    done = improvement(state="done", done_on=dt.date(2026, 5, 1))
    history = (cell((60, 5, 0)), cell((0, 5, 60)))
    found = report(row(1, "Invoice", cell((0, 5, 60)), history=history), improvements=[done])
    assert found.improvements[0].observed.startswith("from −")


def test_recommend_counts_as_everybody_counts_it() -> None:
    recommend = [None] * 7 + [Recommend(detractors=20, passives=30, promoters=50)]
    found = report(recommend=recommend).measures[0]
    assert found.now is not None
    assert (found.now.value, found.now.n) == (30.0, 100)
    assert found.now.low < 30 < found.now.high
    assert found.last_quarter is None


def test_recommend_under_five_answers_is_not_shown() -> None:
    recommend = [None] * 7 + [Recommend(detractors=0, passives=0, promoters=4)]
    assert report(recommend=recommend).measures[0].now is None


def test_a_great_change_in_a_measure_is_told_and_a_small_one_is_not() -> None:
    recommend = [None] * 3 + [
        Recommend(50, 30, 20),
        None,
        None,
        Recommend(20, 30, 50),
        Recommend(21, 30, 49),
    ]
    found = report(recommend=recommend).measures[0]
    assert found.since_quarter == "no detectable change"
    assert found.since_year.startswith("up 56 points (+35 to")


def test_the_average_over_touchpoints_is_no_surer_than_a_touchpoint() -> None:
    one = report(row(1, "Invoice", cell((20, 10, 15)))).measures[1].now
    many = [row(key, f"T{key}", cell((20, 10, 15))) for key in range(1, 21)]
    twenty = report(*many).measures[1].now
    assert one is not None
    assert twenty is not None
    assert (one.value, one.low, one.high) == (twenty.value, twenty.low, twenty.high)
    assert twenty.n == 20 * one.n


def test_response_rates_have_intervals_and_unknown_ones_are_left_out() -> None:
    known = KnownReceipt("Autumn", Said("Customers"), False, 10, 0, 10, 0, 7, True)
    unknown = replace(known, invited=None)
    found = report(receipts=[known, unknown]).receipts
    assert found[0].rate is not None
    assert (found[0].rate.low, found[0].rate.value, found[0].rate.high) == (39.7, 70.0, 89.2)
    assert found[1].rate is None


def test_a_gap_before_the_quarter_is_said() -> None:
    found = report(row(1, "Invoice", cell((20, 10, 15))), before=Quarter(2025, 3))
    assert "2026Q2 has no ratings: changes are against 2025Q3" in " ".join(found.cannot_say)


def test_estimates_agree_with_the_design_s_vectors() -> None:
    found = net_estimate(7, 10, 18)
    assert found.centre == pytest.approx(28.95, abs=0.01)
    assert found.centre - found.half_width == pytest.approx(4.04, abs=0.01)
    share = share_estimate(7, 10)
    assert share.centre - share.half_width == pytest.approx(39.68, abs=0.01)
    assert share.centre + share.half_width == pytest.approx(89.22, abs=0.01)


def test_discoveries_are_controlled_together() -> None:
    assert discoveries([0.001, 0.04, 0.03, 0.2]) == [True, False, False, False]
    assert discoveries([0.01, 0.02, 0.03, 0.04]) == [True] * 4
    assert discoveries([]) == []


def test_words() -> None:
    assert [signed(value) for value in (12.4, -41.6, 0.3, -0.2)] == ["+12", "−42", "0", "0"]
