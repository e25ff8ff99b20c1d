"""The assurance part: receipts, coverage, and what this quarter's figures cannot tell."""

from collections.abc import Iterator
from statistics import median

from reports.contents import CoverageLine, Reading, ReceiptLine
from reports.known import Known, KnownReceipt
from reports.measures import share_estimate
from reports.words import counted, sentence

# The smallest change in a net that shows four times in five, in points, is about this divided
# by the square root of the answers a quarter: 58 at 30, 45 at 50, 32 at 100.
SMALLEST_CHANGE = 319


def receipt(one: KnownReceipt, period: str) -> ReceiptLine:
    """One round's line, with its response rate where both counts are known."""
    rate = None
    if one.invited and one.answered is not None and one.answered <= one.invited:
        share = share_estimate(one.answered, one.invited)
        rate = Reading(
            period=period,
            value=round(share.value, 1),
            low=round(max(share.centre - share.half_width, 0.0), 1),
            high=round(min(share.centre + share.half_width, 100.0), 1),
            n=one.invited,
        )
    return ReceiptLine(
        title=one.title,
        audience=one.audience,
        confidential=one.confidential,
        invited=one.invited,
        held_back=one.held_back,
        sent=one.sent,
        failed=one.failed,
        answered=one.answered,
        published=one.published,
        rate=rate,
        round_id=one.round_id,
    )


def coverage(known: Known) -> Iterator[CoverageLine]:
    """Of what could be measured, how much was; nothing where there is nothing to measure."""
    rows = list(known.customers.rows())
    lines = (
        ("Touchpoints with enough customers’ ratings", [row.total.net is not None for row in rows]),
        ("Touchpoints with enough staff’s ratings", [row.staff.net is not None for row in rows]),
        (
            "Cells of touchpoint and segment with enough ratings",
            [cell.net is not None for row in rows for cell in row.cells],
        ),
        ("Hand-offs with enough ratings", [one.cell.net is not None for one in known.links]),
    )
    for what, covered in lines:
        if covered:
            yield CoverageLine(what, sum(covered), len(covered))


def cannot_say(known: Known) -> Iterator[str]:
    """Sentences on the limits of this quarter's figures."""
    rows = list(known.customers.rows())
    shown = [row.total for row in rows if row.total.net is not None]
    silent = len(rows) - len(shown)
    if silent:
        yield sentence(
            f"{counted(silent, 'touchpoint')} of {len(rows)} had fewer than five customers’ "
            "ratings, so nothing is shown for " + ("it." if silent == 1 else "them.")
        )
    hidden = sum(cell.net is None for row in rows for cell in row.cells)
    if hidden and known.customers.segments:
        yield sentence(
            f"{counted(hidden, 'cell')} of the heatmap by segment had too few answers to show."
        )
    indicative = sum(cell.indicative for cell in shown)
    if indicative:
        yield sentence(
            f"{counted(indicative, 'touchpoint')} had five to nine answers: indicative only, and "
            "left out of the summary."
        )
    firm = [cell.n for cell in shown if not cell.indicative]
    if firm and known.before is not None:
        middle = median(firm)
        least = SMALLEST_CHANGE / middle**0.5
        yield (
            f"With {middle:,.0f} answers at the middle touchpoint, a change of less than about "
            f"{least:.0f} points would mostly go unseen. “No detectable change” does not mean "
            "that nothing changed."
        )
    if known.before is None:
        yield "No earlier quarter has ratings, so no change can be judged."
    elif known.before != known.quarter.shift(-1):
        yield (
            f"{known.quarter.shift(-1).code} has no ratings: changes are against "
            f"{known.before.code}, the latest quarter that has."
        )
    if not any(row.staff.net is not None for row in rows):
        yield "Staff did not rate these touchpoints, so inside and outside cannot be compared."
    if not any(one.invited for one in known.receipts):
        yield (
            "How many people were asked is not known here, so no response rate can be given and "
            "those who did not answer may think otherwise."
        )
    else:
        yield "Those who did not answer may think otherwise than those who did."
