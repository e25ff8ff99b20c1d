"""Ranked ballots counted by Schulze's method: the strongest chain of majorities decides."""

from collections.abc import Collection, Sequence
from itertools import permutations


def schulze(ballots: Sequence[Sequence[Collection[str]]]) -> list[set[str]]:
    """The candidates from best to worst; those that no majority tells apart share a place.

    A ballot is a sequence of places, best first, each with the candidates that share it. Whoever
    is named twice has the better place. Candidates that a ballot leaves out come last on it,
    together. The candidates are those named on any ballot.
    """
    votes = pairwise(ballots)
    # Of one candidate alone there are no pairs.
    candidates = {candidate for ballot in ballots for candidate in _places(ballot)}
    strength = _strongest_chains(sorted(candidates), votes)
    ranking = []
    left = candidates
    while left:
        # Nobody beats these. Schulze's relation has no circles, so there is always one.
        best = {
            one
            for one in left
            if not any(strength[other, one] > strength[one, other] for other in left - {one})
        }
        ranking.append(best)
        left -= best
    return ranking


def pairwise(ballots: Sequence[Sequence[Collection[str]]]) -> dict[tuple[str, str], int]:
    """For each pair of candidates, how many ballots put the first before the second; ballots as
    `schulze` takes them. A ballot on which they share a place counts for neither."""
    places = [_places(ballot) for ballot in ballots]
    candidates = sorted({candidate for ballot in places for candidate in ballot})
    votes = dict.fromkeys(permutations(candidates, 2), 0)
    for ballot in places:
        for one, other in votes:
            if ballot.get(one, len(candidates)) < ballot.get(other, len(candidates)):
                votes[one, other] += 1
    return votes


def _places(ballot: Sequence[Collection[str]]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, candidates in enumerate(ballot):
        for candidate in candidates:
            places.setdefault(candidate, place)
    return places


def _strongest_chains(
    candidates: Sequence[str], votes: dict[tuple[str, str], int]
) -> dict[tuple[str, str], int]:
    """For each pair the votes of the weakest link of the strongest chain of majorities."""
    chain = {
        (one, other): count if count > votes[other, one] else 0
        for (one, other), count in votes.items()
    }
    for middle, start, end in permutations(candidates, 3):
        chain[start, end] = max(chain[start, end], min(chain[start, middle], chain[middle, end]))
    return chain
