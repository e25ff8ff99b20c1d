"""The assurance part: receipts, coverage, and what this quarter's figures cannot tell."""

from collections.abc import Iterator
from statistics import median

from reports.contents import CoverageLine, Reading, ReceiptLine
from reports.known import Known, KnownReceipt
from reports.measures import share_estimate
from reports.words import Said, say

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
            yield CoverageLine(Said(what), sum(covered), len(covered))


def cannot_say(known: Known) -> Iterator[Said]:
    """Sentences on the limits of this quarter's figures."""
    if known.today <= known.period_words.last:
        yield say("cannot.not_over", day=known.period_words.last, today=known.today)
    rows = list(known.customers.rows())
    shown = [row.total for row in rows if row.total.net is not None]
    silent = len(rows) - len(shown)
    if silent:
        yield say("cannot.silent", n=silent, whole=len(rows))
    hidden = sum(cell.net is None for row in rows for cell in row.cells)
    if hidden and known.customers.segments:
        yield say("cannot.cells", n=hidden)
    indicative = sum(cell.indicative for cell in shown)
    if indicative:
        yield say("cannot.indicative", n=indicative)
    firm = [cell.n for cell in shown if not cell.indicative]
    if firm and known.before is not None:
        middle = median(firm)
        least = SMALLEST_CHANGE / middle**0.5
        yield say("cannot.unseen", middle=round(middle), least=round(least))
    if known.before is None:
        yield say("cannot.first")
    elif known.before != known.quarter.shift(-1):
        yield say("cannot.gap", missing=known.quarter.shift(-1), before=known.before)
    if not any(row.staff.net is not None for row in rows):
        yield say("cannot.staff")
    if not any(one.invited for one in known.receipts):
        yield say("cannot.rate")
    else:
        yield say("cannot.others")
