"""The sample organisation: an invented company that keeps other people's lifts running."""

from dataclasses import dataclass, field

NAME = "Larkfield Lifts"
SLUG = "larkfield-lifts"
EMAIL_DOMAIN = "larkfield.example"

# name, role
USERS = (
    ("Maren Oduya", "leader"),
    ("Tomasz Lindqvist", "manager"),
    ("Asha Pillai", "member"),
    ("Gwen Baptiste", "auditor"),
)
# Further members, who rate the practices.
COLLEAGUES = ("Ravi Anand", "Solveig Dahl", "Kofi Mensah", "Lucía Prieto")

# team, how many people
TEAMS = (
    ("Sales", 6),
    ("Planning", 7),
    ("Field engineers", 24),
    ("Parts store", 6),
    ("Customer desk", 9),
    ("Invoicing", 5),
    ("Training and safety", 4),
)
# supplier, the team it supplies
SUPPLIES = (
    ("Sales", "Planning"),
    ("Planning", "Field engineers"),
    ("Parts store", "Field engineers"),
    ("Field engineers", "Customer desk"),
    ("Field engineers", "Invoicing"),
    ("Customer desk", "Planning"),
    ("Training and safety", "Field engineers"),
)

HOUSING, OFFICES, CARE = "Housing associations", "Offices", "Hospitals and care homes"
# segment, whether it is the target, how many customers, their usual yearly value in pounds
SEGMENTS = (
    (HOUSING, True, 120, 9_000),
    (OFFICES, False, 95, 4_500),
    (CARE, True, 75, 16_000),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A touchpoint and how it truly is: percentages of misery and magic among customers.

    `reach` is the share of customers who come by it in a quarter; `segments` shifts the net of
    one segment, `events` shifts everyone's from a quarter on (0 the oldest of eight, 7 the
    newest closed one), `staff` shifts what the staff believe about it; all in points of net.
    """

    name: str
    channel: str
    team: str
    importance: int
    misery: int
    magic: int
    reach: float = 0.6
    segments: dict[str, int] = field(default_factory=dict)
    events: dict[int, int] = field(default_factory=dict)
    staff: int = 0
    must_be: bool = False
    standard: str = ""


STAGES: tuple[tuple[str, tuple[Place, ...]], ...] = (
    (
        "Choosing us",
        (
            Place("Website and prices", "Web", "Sales", 2, 22, 20, 0.4),
            Place("First phone call", "Telephone", "Sales", 3, 10, 42, 0.35),
            Place("Survey visit", "On site", "Sales", 3, 9, 45, 0.3),
            Place("Written quotation", "Email", "Sales", 4, 26, 18, 0.35, staff=25),
            Place(
                "Contract in plain words",
                "Post",
                "Sales",
                3,
                30,
                14,
                0.35,
                events={5: 38},
                standard="Two pages; a caretaker can say what is in it after one reading.",
            ),
        ),
    ),
    (
        "Starting",
        (
            Place("Handover from the last company", "On site", "Planning", 4, 38, 12, 0.3),
            Place("First inspection", "On site", "Field engineers", 4, 8, 48, 0.35),
            Place("Names and numbers to call", "Post", "Customer desk", 3, 12, 30, 0.5),
            Place(
                "Setting up the online account",
                "Web",
                "Customer desk",
                2,
                30,
                28,
                0.4,
                segments={OFFICES: 40, CARE: -45},
            ),
        ),
    ),
    (
        "Everyday care",
        (
            Place("Notice before a visit", "Email", "Planning", 4, 34, 16, 0.9, events={4: 22}),
            Place("Planned service visit", "On site", "Field engineers", 4, 10, 38, 0.95),
            Place("The engineer’s manner", "On site", "Field engineers", 4, 4, 62, 0.95),
            Place("A tidy machine room", "On site", "Field engineers", 2, 12, 26, 0.7),
            Place("Service report left behind", "Paper", "Field engineers", 3, 28, 15, 0.8),
        ),
    ),
    (
        "When the lift stops",
        (
            Place(
                "Reaching the emergency line",
                "Telephone",
                "Customer desk",
                5,
                16,
                34,
                0.75,
                events={7: -44},
                staff=20,
                must_be=True,
                standard="A person answers within four rings, at any hour.",
            ),
            Place(
                "Being told when help comes",
                "Text message",
                "Customer desk",
                5,
                46,
                10,
                0.75,
                events={5: 30, 6: 24},
                standard="A time within ten minutes of the call, and a message when it changes.",
            ),
            Place(
                "Help arrives when promised",
                "On site",
                "Field engineers",
                5,
                36,
                16,
                0.75,
                events={6: 20},
                segments={CARE: 14},
                must_be=True,
            ),
            Place("Freeing someone from a lift", "On site", "Field engineers", 5, 3, 70, 0.12),
            Place("Mended at the first visit", "On site", "Field engineers", 5, 33, 22, 0.7),
            Place(
                "Waiting for parts",
                "Telephone",
                "Parts store",
                4,
                52,
                6,
                0.55,
                staff=30,
                segments={CARE: -12},
            ),
            Place("A word to the residents", "Notice", "Customer desk", 3, 40, 9, 0.5),
        ),
    ),
    (
        "Paying",
        (
            Place(
                "The invoice",
                "Email",
                "Invoicing",
                3,
                44,
                5,
                0.95,
                segments={OFFICES: 10, CARE: -16},
                staff=28,
            ),
            Place("A question about an invoice", "Telephone", "Invoicing", 3, 24, 26, 0.35),
            Place("Yearly price review", "Post", "Sales", 4, 42, 6, 0.3),
            Place("The online account", "Web", "Customer desk", 2, 38, 36, 0.6),
        ),
    ),
    (
        "Staying or leaving",
        (
            Place("Yearly review meeting", "On site", "Sales", 4, 7, 52, 0.3),
            Place("Advice before a costly repair", "On site", "Field engineers", 5, 11, 44, 0.35),
            Place("A complaint answered", "Telephone", "Customer desk", 5, 35, 24, 0.25),
            Place("Offer to renew", "Email", "Sales", 3, 18, 20, 0.25),
            Place("Leaving us", "Telephone", "Sales", 2, 45, 8, 0.04),
        ),
    ),
)

# touchpoint, what is handed over, from, to
HAND_OFFS = (
    ("Help arrives when promised", "The call, with address and key code", "Customer desk",
     "Planning"),
    ("Help arrives when promised", "The day’s route", "Planning", "Field engineers"),
    ("Waiting for parts", "The part, the right one", "Parts store", "Field engineers"),
    ("Waiting for parts", "What is missing from the van", "Field engineers", "Parts store"),
    ("The invoice", "Hours and parts of the visit", "Field engineers", "Invoicing"),
    ("Notice before a visit", "Who to tell at the building", "Sales", "Planning"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mending:
    """An improvement; quarters count as in `Place.events`, None while it is not done."""

    touchpoint: str
    title: str
    cause: str
    kind: str
    effort: int
    impact: int
    done_in: int | None
    due_in_days: int
    expected: str


IMPROVEMENTS = (
    Mending("Being told when help comes", "The desk texts a time within ten minutes",
            "Nobody owned the promise: planning knew the route, the desk knew the customer.",
            "mend", 2, 3, 4, 0, "Most callers know within ten minutes when help comes."),
    Mending("Contract in plain words", "Two pages instead of eleven",
            "Each dispute had added a clause; nobody had ever taken one out.",
            "rule", 1, 2, 4, 0, "Fewer questions before signing, fewer disputes after."),
    Mending("Notice before a visit", "Write to the caretaker, not to head office",
            "Addresses came from the contract and were never asked for again.",
            "mend", 1, 2, 3, 0, "The caretaker is there with the key."),
    Mending("Help arrives when promised", "Engineers swap jobs among themselves",
            "Every swap needed planning’s signature, also at night.",
            "decide", 1, 3, 5, 0, "Fewer missed times after five o’clock."),
    Mending("Reaching the emergency line", "A second person at the desk from four to eight",
            "Calls doubled when the north depot’s line was moved to us.",
            "mend", 2, 3, None, 20, "Back to an answer within four rings."),
    Mending("Waiting for parts", "The twenty parts that fail most ride in every van",
            "The store counts stock by value, so small things run out.",
            "mend", 2, 3, None, -12, "Half of the waits for parts go."),
    Mending("The invoice", "One line per visit, in words",
            "The invoice is printed from the payroll codes.",
            "mend", 2, 2, None, 45, "Invoices that a caretaker can check."),
    Mending("A complaint answered", "Whoever hears it may settle up to 200 pounds",
            "A rule from a year of losses; lifted for a trial in two depots.",
            "rule", 1, 3, None, 60, "Most complaints end with the first call."),
    Mending("Mended at the first visit", "Two afternoons a year on door drives",
            "New controllers came faster than the training on them.",
            "train", 3, 2, None, 90, "Fewer second visits to the same door."),
)  # fmt: skip
