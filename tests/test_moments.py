"""Moments against the vectors of the design, against scipy and against statsmodels."""

import itertools

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from touchpoints.moments import (
    Policy,
    adjusted_net,
    agreement,
    blind_spots,
    changes,
    classify,
    moment_of,
    priorities,
    probability_above,
    shells,
    trends,
    wilson,
)


def _counts(*rows: tuple[int, int, int]) -> np.ndarray:
    return np.array(rows, dtype=np.int64).reshape(-1, 3)


def _label(*row: int) -> str:
    return str(classify(np.array([row])).label[0])


def _by_quadrature(misery: int, mediocrity: int, magic: int, threshold: float) -> float:
    """The same probability by adaptive quadrature, split where the mass is."""
    a1, a2, a3 = misery + 0.5, mediocrity + 0.5, magic + 0.5
    edge = abs(threshold)
    mediocre = stats.beta(a2, a1 + a3)
    quantiles = (1e-4, 0.01, 0.25, 0.5, 0.75, 0.99, 1 - 1e-4)
    corners = sorted({0.0, 1 - edge, *(min(float(mediocre.ppf(q)), 1 - edge) for q in quantiles)})

    def density(share: float) -> float:
        middle = (1 + threshold / (1 - share)) / 2
        return float(mediocre.pdf(share) * stats.beta.sf(middle, a3, a1))

    total = sum(
        integrate.quad(density, low, high, limit=200, epsabs=1e-10, full_output=1)[0]
        for low, high in itertools.pairwise(corners)
    )
    return total + (float(mediocre.sf(1 - edge)) if threshold < 0 else 0.0)


def test_the_design_s_vectors() -> None:
    first = classify(_counts((7, 10, 18)))
    assert first.p_magic[0] == pytest.approx(0.7865, abs=5e-5)
    assert 1 - stats.beta.cdf(0.5, 18.5, 7.5) == pytest.approx(0.9871, abs=5e-5)
    assert str(first.label[0]) == "leaning_magic"
    assert adjusted_net(_counts((7, 10, 18)))[0][0] == pytest.approx(0.2895, abs=5e-5)
    assert first.low[0] == pytest.approx(0.0404, abs=5e-5)
    assert first.high[0] == pytest.approx(0.5385, abs=1e-4)
    assert classify(_counts((6, 3, 1))).p_misery[0] == pytest.approx(0.8731, abs=5e-5)
    change = changes(_counts((12, 10, 8)), _counts((6, 10, 14)))
    assert change.difference[0] == pytest.approx(0.3636, abs=5e-5)
    assert change.low[0] == pytest.approx(-0.0147, abs=5e-5)
    assert change.high[0] == pytest.approx(0.7420, abs=5e-5)
    assert change.p[0] == pytest.approx(0.0596, abs=5e-5)
    assert not change.real[0]
    assert wilson(7, 10) == pytest.approx((0.3968, 0.8922), abs=5e-5)
    seven = np.array([[30, 40, 210, 130, 530, 50, 10]])
    assert agreement(seven)[0] == pytest.approx(0.6113, abs=5e-5)


HARD = [
    *[(0, 0, 4000), (4000, 0, 0), (0, 5, 3), (5, 0, 0), (0, 500, 0), (2, 3000, 2), (0, 1, 20)],
    *[(3000, 0, 3000), (340, 290, 759), (8141, 12914, 19071), (1, 0, 0), (0, 0, 0)],
]


@pytest.mark.parametrize("threshold", [0.2, -0.2])
def test_the_probability_agrees_with_adaptive_quadrature(threshold: float) -> None:
    rng = np.random.default_rng(7)
    drawn = [(int(a), int(b), int(c)) for a, b, c in rng.integers(0, 150, (8, 3))]
    cases = [*HARD, *drawn]
    expected = [_by_quadrature(*case, threshold) for case in cases]
    assert probability_above(_counts(*cases), threshold) == pytest.approx(expected, abs=1e-7)


def test_firm_leaning_unclear_split_and_hidden() -> None:
    assert _label(5, 10, 60) == "magic"
    assert _label(60, 10, 5) == "misery"
    assert _label(10, 100, 12) == "mediocrity"
    assert _label(7, 10, 18) == "leaning_magic"
    assert _label(18, 10, 7) == "leaning_misery"
    assert _label(4, 4, 4) == "unclear"
    assert _label(10, 0, 10) == "split"
    assert _label(9, 0, 10) != "split", "19 answers are too few to call two camps"
    assert _label(0, 0, 4) == "hidden"
    assert _label(0, 0, 0) == "hidden"


def test_under_ten_answers_nothing_is_firm() -> None:
    assert _label(0, 0, 9) == "leaning_magic"
    assert _label(0, 0, 10) == "magic"
    assert _label(9, 0, 0) == "leaning_misery"


def test_the_policy_is_the_organisation_s() -> None:
    strict = classify(_counts((5, 10, 60)), policy=Policy(threshold=0.9))
    assert str(strict.label[0]) == "mediocrity"


@given(st.lists(st.tuples(*[st.integers(0, 3000)] * 3), min_size=1, max_size=12))
def test_exchanging_ends_exchanges_the_classes(rows: list[tuple[int, int, int]]) -> None:
    one = classify(_counts(*rows))
    other = classify(_counts(*rows)[:, ::-1])
    assert one.p_magic == pytest.approx(other.p_misery, abs=1e-9)
    assert one.low == pytest.approx(-other.high, abs=1e-12)
    assert np.all((one.low <= one.high) & (one.p_magic >= 0) & (one.p_magic <= 1))
    assert one.p_magic + one.p_misery + one.p_mediocre == pytest.approx(1.0, abs=1e-6)


@given(st.integers(1, 5000), st.data())
def test_wilson_agrees_with_statsmodels(n: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, n))
    expected = proportion_confint(successes, n, method="wilson")
    assert wilson(successes, n) == pytest.approx(expected, abs=1e-9)


def test_wilson_of_nobody_says_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_changes_are_controlled_for_false_discoveries() -> None:
    rng = np.random.default_rng(3)
    before, after = rng.integers(2, 60, (80, 3)), rng.integers(2, 60, (80, 3))
    found = changes(before, after)
    expected = multipletests(found.p, alpha=0.05, method="fdr_bh")[0]
    assert found.real.tolist() == expected.tolist()
    assert 0 < found.real.sum() < (found.p < 0.05).sum()


def test_hidden_sides_are_not_compared_and_do_not_count() -> None:
    found = changes(_counts((2, 1, 1), (40, 5, 5)), _counts((0, 0, 90), (5, 5, 40)))
    assert np.isnan(found.difference[0])
    assert not found.real[0]
    assert found.real[1]
    alone = changes(_counts((40, 5, 5)), _counts((5, 5, 40)))
    assert found.p[1] == alone.p[0]


def test_a_small_known_base_narrows_the_interval() -> None:
    wide, narrow = adjusted_net(_counts((3, 3, 4))), adjusted_net(_counts((3, 3, 4)), base=12)
    assert narrow[1][0] == pytest.approx(wide[1][0] * (2 / 11) ** 0.5)
    assert adjusted_net(_counts((3, 3, 4)), base=10)[1][0] == 0


def test_the_base_is_each_cell_s_own_and_may_be_unknown() -> None:
    rows = _counts((3, 3, 4), (3, 3, 4), (3, 3, 4))
    found = classify(rows, base=np.array([0, 12, 10_000]))
    plain = classify(rows)
    assert found.low[0] == plain.low[0]
    assert found.high[1] - found.low[1] == pytest.approx(
        (plain.high[0] - plain.low[0]) * (2 / 11) ** 0.5
    )
    assert found.low[2] == pytest.approx(plain.low[2], abs=1e-3)


def test_trends_are_weighted_regressions() -> None:
    rng = np.random.default_rng(11)
    history = rng.integers(3, 40, (20, 8, 3))
    history[0, 2] = 0
    history[1, :6] = (1, 1, 1)
    found = trends(history)
    for at in (0, 5, 9):
        shown = history[at].sum(axis=1) >= 5
        net, se = adjusted_net(history[at][shown])
        design = sm.add_constant(np.flatnonzero(shown).astype(float))
        fit = sm.WLS(net, design, weights=se**-2.0).fit(cov_type="fixed scale")
        assert found.slope[at] == pytest.approx(fit.params[1])
        assert (found.low[at], found.high[at]) == pytest.approx(tuple(fit.conf_int()[1]))
        assert found.p[at] == pytest.approx(fit.pvalues[1])
    assert np.isnan(found.slope[1])
    assert not found.real[1]
    rising = _counts(*[(40 - 5 * n, 10, 5 + 5 * n) for n in range(8)])
    assert trends(rising[None]).real[0]


def test_blind_spots_and_shells() -> None:
    inside = np.array(["magic", "leaning_magic", "misery", "unclear", "leaning_misery", "magic"])
    outside = np.array(["mediocrity", "mediocrity", "magic", "misery", "leaning_magic", "hidden"])
    assert blind_spots(inside, outside).tolist() == [True, False, False, False, False, False]
    assert shells(inside, outside).tolist() == [False, False, True, False, True, False]


def test_priority_prefers_the_important_the_frequented_and_the_bad() -> None:
    counts = _counts((40, 5, 5), (40, 5, 5), (40, 5, 5), (5, 5, 40))
    found = priorities(counts, np.array([5.0, 2, 5, 5]), np.array([1.0, 1, 0.2, 1]))
    assert found.score.argmax() == 0
    assert found.score[0] > found.score[1] > found.score[3]
    again = priorities(counts, np.array([5.0, 2, 5, 5]), np.array([1.0, 1, 0.2, 1]))
    assert found.score.tolist() == again.score.tolist()


def test_the_chance_of_the_top_five_adds_up_to_five() -> None:
    rng = np.random.default_rng(9)
    counts = rng.integers(0, 40, (12, 3))
    found = priorities(counts, np.full(12, 3.0), np.ones(12))
    assert found.top_five.sum() == pytest.approx(5)
    assert np.all((found.top_five >= 0) & (found.top_five <= 1))


@pytest.mark.parametrize(
    ("scale", "values"),
    [
        ("recommend-10", {0: "misery", 6: "misery", 7: "mediocrity", 8: "mediocrity", 9: "magic"}),
        ("expected-5", {1: "misery", 2: "misery", 3: "mediocrity", 4: "magic", 5: "magic"}),
        (
            "satisfaction-5",
            {1: "misery", 2: "misery", 3: "mediocrity", 4: "mediocrity", 5: "magic"},
        ),
        ("moment-3", {"misery": "misery", "mediocrity": "mediocrity", "magic": "magic"}),
    ],
)
def test_cut_points(scale: str, values: dict[int | str, str]) -> None:
    assert {value: moment_of(scale, value) for value in values} == values


@pytest.mark.parametrize(
    ("scale", "value"),
    [("recommend-10", 11), ("satisfaction-5", 0), ("moment-3", "good"), ("stars", 3)],
)
def test_a_value_outside_its_scale_is_refused(scale: str, value: int | str) -> None:
    with pytest.raises(ValueError, match=r"“"):
        moment_of(scale, value)


def test_counts_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="none below zero"):
        classify(np.array([[1, -1, 3]]))


def test_no_cells_at_all() -> None:
    assert len(classify(np.zeros((0, 3), dtype=np.int64)).label) == 0
    assert len(changes(np.zeros((0, 3), dtype=np.int64), np.zeros((0, 3), dtype=np.int64)).p) == 0
