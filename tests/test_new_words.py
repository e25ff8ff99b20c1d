"""What is new in an answer by email, as real mail programs write one."""

import pytest

from outbox.new_words import html_as_text, new_words

GMAIL = """Nine is fine.

On Tue, 24 Nov 2026 at 10:00, Larkfield Lifts <answers@larkfield.example>
wrote:

> Larkfield Lifts writes:
>
> Tomorrow at nine?
"""
OUTLOOK = """Nine is fine.

From: Larkfield Lifts <answers@larkfield.example>
Sent: Tuesday, November 24, 2026 10:00 AM
To: Ada
Subject: An answer

Tomorrow at nine?
"""
OUTLOOK_GERMAN = """Um neun passt.

________________________________
Von: Larkfield Lifts
Gesendet: Dienstag, 24. November 2026 10:00
An: Ada

Morgen um neun?"""
THUNDERBIRD_BELOW = """Am 24.11.26 um 10:00 schrieb Larkfield:
> Morgen um neun?
Um neun passt.

> Und wo?
Am Tor.
--
Ada Lovelace
Telefon 123"""

GMAIL_HTML = """<div dir="ltr">Nine is fine.</div><br><div class="gmail_quote">
<div>On Tue, Larkfield &lt;a@b.example&gt; wrote:<br></div>
<blockquote>Tomorrow<br>at nine?</blockquote></div>"""
OUTLOOK_HTML = """<p>Nine is fine.</p><div id="appendonsend"></div><hr>
<div id="divRplyFwdMsg"><b>From:</b> Larkfield<br><b>Sent:</b> Tuesday</div><p>Tomorrow?</p>"""


@pytest.mark.parametrize(
    ("written", "new"),
    [
        (GMAIL, "Nine is fine."),
        (GMAIL.replace("\n", "\r\n"), "Nine is fine."),
        (OUTLOOK, "Nine is fine."),
        (OUTLOOK_GERMAN, "Um neun passt."),
        (THUNDERBIRD_BELOW, "Um neun passt.\n\nAm Tor."),
        (
            "Oui.\n\nLe mar. 24 nov. 2026 à 10:00, Larkfield <a@b.example> a écrit :\n> vieux",
            "Oui.",
        ),
        ("Sí.\n\nEl mar, 24 nov 2026, Larkfield (<a@b.example>) escribió:\n\n> viejo", "Sí."),
        ("نعم\n\nفي الثلاثاء، 24 نوفمبر 2026 كتب Larkfield <a@b.example>:\n> قديم", "نعم"),
        ("Sí\r\n\r\n-----Original Message-----\r\nold", "Sí"),
        ("Yes\n-- \nAda", "Yes"),
        # What only looks like a quotation stays.
        ("On Monday it rains:\nan umbrella", "On Monday it rains:\nan umbrella"),
        ("On Monday he wrote:\nan apology", "On Monday he wrote:\nan apology"),
        ("From: the heart\nthank you", "From: the heart\nthank you"),
        ("a -- b", "a -- b"),
        # Where all of it looks quoted, all of it is kept.
        ("> Only this", "> Only this"),
        ("-- \nAda", "-- \nAda"),
        ("\n\n", ""),
        ("", ""),
    ],
)
def test_only_what_is_new_is_kept(written: str, new: str) -> None:
    assert new_words(written) == new


@pytest.mark.parametrize(
    ("html", "new"),
    [
        ("<style>p{}</style><p>Hello<br>you &amp; me</p>", "Hello\nyou & me"),
        (GMAIL_HTML, "Nine is fine."),
        (OUTLOOK_HTML, "Nine is fine."),
        ("<ul><li>One</li><li>Two</li></ul>", "- One\n- Two"),
        ("<p>1 &lt; 2 <b>now<p>unclosed", "1 < 2 now\nunclosed"),
        ("<script>alert(1)</script>", ""),
        ("<!-- <p>no -->Yes", "Yes"),
    ],
)
def test_html_without_a_plain_part(html: str, new: str) -> None:
    assert new_words(html_as_text(html)) == new


def test_a_long_email_takes_no_longer_than_its_length() -> None:
    text = "On the way to it\n" * 20_000 + "> quoted\n" * 20_000
    assert new_words(text).count("On the way") == 20_000
