"""Statements to react to before one writes: invented organisations, none of them a model."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """A statement, and what kind of organisation it was invented for; `ask` is what to look at
    in it."""

    key: str
    statement: str
    whose: str
    ask: str


EXAMPLES = (
    Example(
        "ferry",
        "Everyone gets across, and nobody is left on the quay.",
        "Skerry Line, a ferry between five islands",
        "You can see it. Whom does it leave out?",
    ),
    Example(
        "heating",
        "We leave every home warmer, tidier and calmer than we found it.",
        "Tollgate Heating, eleven fitters and two vans",
        "Three words that a fitter can check at the door.",
    ),
    Example(
        "laundry",
        "To be the premier provider of innovative laundry solutions by 2030.",
        "Pressingham Group, industrial laundries",
        "Who is it about: the customer, or Pressingham?",
    ),
    Example(
        "bakery",
        "Bread worth getting up for, and a good morning with it.",
        "Halfway Bakery, a shop with eight people",
        "What would they do on a morning when the oven fails?",
    ),
    Example(
        "clinic",
        "You will never have to ask twice.",
        "Fen Road Clinic, four vets",
        "Could it help two colleagues who disagree?",
    ),
    Example(
        "insurer",
        "Excellence, integrity and passion in everything we do.",
        "Calder Mutual, insurance for small firms",
        "Would a rival say the opposite?",
    ),
)
