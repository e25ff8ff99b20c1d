"""Agreement that a large group cannot bring about by itself, as Polis computes it."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from math import prod


def group_informed[Voter: Hashable, Statement: Hashable, Group: Hashable](
    votes: Iterable[tuple[Voter, Statement, int]], group_of: Mapping[Voter, Group]
) -> dict[Statement, float]:
    """For each statement voted on, the product over all groups of (agree + 1) / (votes + 2).

    A vote is 1 (agree), 0 (pass) or -1 (disagree); when a voter votes again, the last one counts.
    Voters without a group do not count. A group that has not voted on a statement counts one half.
    Compare statements only within one set of groups: each further group makes all values smaller.
    """
    last = {(voter, statement): vote for voter, statement, vote in votes}
    groups = set(group_of.values())
    asked: Counter[tuple[Group, Statement]] = Counter()
    agreed: Counter[tuple[Group, Statement]] = Counter()
    for (voter, statement), vote in last.items():
        if voter in group_of:
            asked[group_of[voter], statement] += 1
            agreed[group_of[voter], statement] += vote == 1
    return {
        statement: prod(
            (agreed[group, statement] + 1) / (asked[group, statement] + 2) for group in groups
        )
        for statement in dict.fromkeys(statement for _, statement in last)
    }
