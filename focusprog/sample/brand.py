"""How the sample organisation's prints look, and whom its reports go to."""

from focusprog.sample import company
from programme.logos import clean_logo
from programme.models import Organisation, Paper
from programme.services import change_brand
from reports.services import save_settings

_COLOUR = "#33406b"
# A lift's cabin with its doors ajar, between two arrows; above it a lark.
_LOGO = f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 120">
<path fill="{_COLOUR}"
 d="M20 20C30 6 40 6 48 17C56 6 66 6 76 20C65 14 57 15 48 25C39 15 31 14 20 20Z"/>
<rect x="20" y="34" width="56" height="76" rx="6" fill="{_COLOUR}"/>
<rect x="27" y="42" width="19" height="60" rx="2" fill="#ffffff"/>
<rect x="50" y="42" width="19" height="60" rx="2" fill="#ffffff"/>
<path fill="{_COLOUR}" d="M36.5 56L43 67H30Z"/>
<path fill="{_COLOUR}" d="M59.5 88L53 77H66Z"/>
</svg>"""


def make_brand(organisation: Organisation) -> None:
    """Its logo, its colour, and its board."""
    logo = clean_logo(_LOGO.encode())
    change_brand(
        organisation=organisation, colour=_COLOUR, paper=Paper.A4, logo=logo, without_logo=False
    )
    board = [f"{name}@{company.EMAIL_DOMAIN}" for name in ("chair", "finance", "residents")]
    save_settings(organisation=organisation, board_emails="\n".join(board))
    organisation.refresh_from_db()
