"""How much a touchpoint matters, against reference computations."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from touchpoints.importance import (
    LEAST_PEOPLE,
    correlations,
    derived,
    importance,
    pair_sums,
    relative_weights,
)


def _answers(people: int = 400, touchpoints: int = 6, seed: int = 5) -> np.ndarray:
    """An outcome and touchpoints that go together, between 0 and 1."""
    rng = np.random.default_rng(seed)
    mood = rng.normal(size=(people, 1))
    rated = mood + rng.normal(size=(people, touchpoints)) * np.linspace(0.5, 2, touchpoints)
    outcome = rated @ np.linspace(1, 0, touchpoints) + rng.normal(size=people) * 2
    every = np.column_stack([outcome, rated])
    return np.round((every - every.min(axis=0)) / np.ptp(every, axis=0), 1)


def test_correlations_are_pearson_s() -> None:
    answers = _answers()
    found = correlations(pair_sums(answers))
    assert found == pytest.approx(np.corrcoef(answers.T), abs=1e-12)


def test_who_skipped_a_question_counts_for_the_others() -> None:
    answers = _answers()
    answers[::3, 2] = np.nan
    answers[1::4, 4] = np.nan
    found = correlations(pair_sums(answers))
    both = ~np.isnan(answers[:, 2]) & ~np.isnan(answers[:, 4])
    expected = np.corrcoef(answers[both, 2], answers[both, 4])[0, 1]
    assert found[2, 4] == pytest.approx(expected, abs=1e-12)
    assert found[4, 2] == pytest.approx(expected, abs=1e-12)


def test_sums_of_two_rounds_are_the_sums_of_both() -> None:
    answers = _answers()
    together = pair_sums(answers[:150]) + pair_sums(answers[150:])
    assert correlations(together) == pytest.approx(correlations(pair_sums(answers)), abs=1e-12)


def test_too_few_people_or_one_answer_only_say_nothing() -> None:
    assert np.isnan(correlations(pair_sums(_answers(people=LEAST_PEOPLE - 1)))).all()
    answers = _answers()
    answers[:, 3] = 0.5
    found = derived(pair_sums(answers))
    assert np.isnan(found).tolist() == [False, False, True, False, False, False]


def test_relative_weights_agree_with_regression_on_the_nearest_uncorrelated_variables() -> None:
    """Johnson (2000) as he wrote it: from the data, by singular values and two regressions."""
    answers = _answers()
    standard = (answers - answers.mean(axis=0)) / answers.std(axis=0)
    outcome, rated = standard[:, 0], standard[:, 1:]
    left, _, right = np.linalg.svd(rated, full_matrices=False)
    apart = left @ right * np.sqrt(len(rated))
    betas = sm.OLS(outcome, apart).fit().params
    loadings = np.column_stack([sm.OLS(column, apart).fit().params for column in rated.T])
    expected = (loadings.T**2) @ betas**2
    found = derived(pair_sums(answers))
    assert found == pytest.approx(expected, abs=1e-10)
    whole = sm.OLS(outcome, sm.add_constant(rated)).fit()
    assert found.sum() == pytest.approx(whole.rsquared, abs=1e-10)
    assert found[0] == found.max()


@given(st.floats(-0.9, 0.9), st.floats(-0.6, 0.6), st.floats(-0.6, 0.6))
def test_of_two_they_are_the_mean_of_both_orders(r12: float, r1: float, r2: float) -> None:
    """With two predictors they are what each adds, first or second, on average."""
    r_squared = (r1**2 + r2**2 - 2 * r1 * r2 * r12) / (1 - r12**2)
    found = relative_weights(np.array([[1, r12], [r12, 1]]), np.array([r1, r2]))
    if r_squared <= 1:
        first = (r1**2 + r_squared - r2**2) / 2
        assert found == pytest.approx([first, r_squared - first], abs=1e-9)


def test_the_same_twice_shares_one_weight() -> None:
    answers = _answers(touchpoints=2)
    once = derived(pair_sums(answers))
    twice = derived(pair_sums(np.column_stack([answers, answers[:, 1]])))
    assert twice[0] == pytest.approx(twice[2])
    assert twice.sum() == pytest.approx(once.sum(), abs=1e-9)


def test_importance_is_the_mean_of_what_is_said_and_what_answers_say() -> None:
    stated = np.array([5, 3, 2, 4])
    weights = np.array([0.1, 0.3, np.nan, 0.0])
    # The three that are known share 12 as 1 to 3 to 0: 3, 9 and 0.
    assert importance(stated, weights) == pytest.approx([4, 6, 2, 2])
    assert importance(stated, np.full(4, np.nan)).tolist() == [5, 3, 2, 4]
    assert importance(stated, np.zeros(4)).tolist() == [5, 3, 2, 4]
