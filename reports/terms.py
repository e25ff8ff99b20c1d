"""The report's parts and its definitions."""

from typing import Any

SECTIONS = (
    ("summary", "Summary"),
    ("changes", "What changed"),
    ("priorities", "Ten priorities"),
    ("chain", "The delivery chain"),
    ("loyalty", "Loyalty and retention, inside and outside"),
    ("improvements", "Improvements"),
    ("assurance", "Assurance"),
    ("mission", "Appendix: the mission and its decisions"),
    ("definitions", "Appendix: definitions"),
    ("heatmap", "Appendix: the heatmap"),
)
_NEWER = {"chain", "loyalty"}  # parts that reports of earlier layouts have not
MOMENTS = (
    ("magic", "The net is above +20, with a probability of at least 80 %."),
    ("leaning_magic", "More magic than misery, as surely, but how much is not clear."),
    ("mediocrity", "The net lies between −20 and +20, with a probability of at least 80 %."),
    ("leaning_misery", "More misery than magic, as surely, but how much is not clear."),
    ("misery", "The net is below −20, with a probability of at least 80 %."),
    ("split", "Some love it and others hate it: an average would hide both."),
    ("unclear", "The answers do not tell which way it leans."),
    ("hidden", "Fewer than five answers: nothing is shown."),
)
DEFINITIONS = (
    ("Touchpoint", "A place where customers and the organisation touch."),
    ("Moment of magic", "A rating of 9 or 10 of 10, “better than expected”, or 5 of 5."),
    ("Moment of mediocrity", "A rating of 7 or 8 of 10, “as expected”, or 3 to 4 of 5."),
    ("Moment of misery", "A rating of 0 to 6 of 10, “worse than expected”, or 1 to 2 of 5."),
    (
        "Net",
        (
            "The share of magic less the share of misery, as counted, from −100 to +100 points. "
            "Its interval, and changes and gaps, are worked out a little nearer to zero where "
            "answers are few, so they may differ by some points from the nets shown."
        ),
    ),
    ("n", "The number of answers behind a figure."),
    ("95 % interval", "The range that holds the true value in 95 of 100 such surveys."),
    ("Real change", "A difference that survives a check over all differences looked at together."),
    ("No detectable change", "The answers cannot tell a change from chance; there may be one."),
    ("Indicative", "From five to nine answers: a hint, never firm, never in the summary."),
    ("Blind spot", "A touchpoint that our own staff rate a class above our customers."),
    (
        "Shell",
        "A touchpoint that is good outside, for customers, and poor inside, for our own staff.",
    ),
    (
        "Hand-off",
        "What one team gives another before a customer sees anything; rated by who receives.",
    ),
    ("Loyal", "Would recommend us: 9 or 10 of 10. Loyalty is a feeling, retention is staying."),
    ("Must be", "Customers take it for granted and notice it only when it fails."),
)


def sections_of(figures: dict[str, Any]) -> list[tuple[str, str]]:
    """The parts that a report with those figures has, by name and title."""
    return [part for part in SECTIONS if part[0] not in _NEWER or part[0] in figures]
