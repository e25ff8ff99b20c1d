"""The figures of questions and their differences, against scipy, statsmodels and known vectors."""

import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from feedback.measures import (
    MEAN,
    NET,
    SHARE,
    Measure,
    difference,
    estimate,
    measures_of,
)
from touchpoints.moments import changes


def _spread(counts: dict[str, int]) -> list[int]:
    return [int(value) for value, n in counts.items() for _ in range(n)]


def test_a_net_is_that_of_the_moments() -> None:
    found = estimate(Measure(NET), "moment", {"misery": 7, "mediocrity": 10, "magic": 18}, 35)
    assert found is not None
    assert found.value == pytest.approx(100 * 11 / 35)
    assert (found.low, found.high) == pytest.approx((4.04, 53.85), abs=0.01)


def test_the_recommendation_divides_by_answers_only() -> None:
    found = estimate(Measure(NET), "recommend-10", {"10": 3, "8": 1, "0": 1}, 5)
    assert found is not None
    assert found.value == pytest.approx(100 * (3 - 1) / 5)


def test_a_mean_has_the_interval_of_student() -> None:
    counts = {"1": 2, "3": 5, "5": 4}
    found = estimate(Measure(MEAN), "agreement-5", counts, 11)
    values = _spread(counts)
    expected = stats.t.interval(0.95, 10, loc=sum(values) / 11, scale=stats.sem(values))
    assert found is not None
    assert (found.low, found.high) == pytest.approx(expected)
    assert found.value == pytest.approx(sum(values) / 11)


def test_a_mean_never_leaves_its_scale_and_one_answer_has_no_interval() -> None:
    found = estimate(Measure(MEAN), "agreement-5", {"5": 3, "1": 1}, 4)
    assert found is not None
    assert found.high == 5
    one = estimate(Measure(MEAN), "effort-7", {"7": 1}, 1)
    assert one is not None
    assert (one.value, one.low, one.high) == (7, None, None)
    assert estimate(Measure(MEAN), "effort-7", {}, 0) is None


def test_a_share_has_the_interval_of_wilson() -> None:
    found = estimate(Measure(SHARE, "yes"), "yes-no", {"yes": 7, "no": 3}, 10)
    low, high = proportion_confint(7, 10, method="wilson")
    assert found is not None
    assert (found.low, found.high) == pytest.approx((100 * low, 100 * high))


def test_the_difference_of_nets_is_the_change_of_the_moments() -> None:
    first = {"misery": 12, "mediocrity": 10, "magic": 8}
    second = {"misery": 6, "mediocrity": 10, "magic": 14}
    found = difference(Measure(NET), "moment", (30, first), (30, second))
    known = changes([[12, 10, 8]], [[6, 10, 14]])  # type: ignore[arg-type]
    assert found is not None
    assert found.difference == pytest.approx(36.36, abs=0.01)
    assert found.p == pytest.approx(float(known.p[0]))
    assert (found.low, found.high) == pytest.approx((-1.47, 74.20), abs=0.01)


def test_the_difference_of_means_is_that_of_welch() -> None:
    first, second = {"1": 6, "2": 5, "5": 3}, {"3": 9, "4": 8, "5": 7}
    found = difference(Measure(MEAN), "agreement-5", (14, first), (24, second))
    known = stats.ttest_ind(_spread(second), _spread(first), equal_var=False)
    assert found is not None
    assert found.p == pytest.approx(known.pvalue)
    assert (found.low, found.high) == pytest.approx(tuple(known.confidence_interval()))


def test_the_difference_of_shares_adds_one_to_each_side() -> None:
    found = difference(Measure(SHARE, "yes"), "yes-no", (20, {"yes": 5}), (30, {"yes": 21}))
    p, q = 6 / 22, 22 / 32
    error = (p * (1 - p) / 22 + q * (1 - q) / 32) ** 0.5
    assert found is not None
    assert found.difference == pytest.approx(100 * (q - p))
    assert found.p == pytest.approx(2 * stats.norm.sf((q - p) / error))


@pytest.mark.parametrize(
    ("first", "second"),
    [((4, {"3": 4}), (9, {"2": 9})), ((9, {"3": 9}), (9, {"3": 9}))],
)
def test_too_few_or_all_alike_are_not_compared(
    first: tuple[int, dict[str, int]], second: tuple[int, dict[str, int]]
) -> None:
    assert difference(Measure(MEAN), "agreement-5", first, second) is None


def test_what_is_told_of_each_kind() -> None:
    assert measures_of("recommend-10", ["0"]) == [Measure(NET)]
    assert measures_of("effort-7", ["1"]) == [Measure(MEAN)]
    assert measures_of("yes-no", ["yes", "no"]) == [Measure(SHARE, "yes")]
    assert measures_of("several", ["a", "b"]) == [Measure(SHARE, "a"), Measure(SHARE, "b")]
    assert measures_of("ranking", ["a"]) == [Measure(SHARE, "a:1")]
    assert measures_of("text", []) == []
