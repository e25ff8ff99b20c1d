"""An organisation's logo, colour and paper, as it prints."""

from django.db import transaction

from programme.colours import readable
from programme.logos import CleanLogo
from programme.models import Logo, Organisation


def change_brand(
    *,
    organisation: Organisation,
    colour: str,
    paper: str,
    logo: CleanLogo | None,
    without_logo: bool,
) -> str:
    """Keep the paper, the colour, or the nearest that can be read, and the logo where there is a
    new one or none is wanted; the colour that is kept. A logo once used stays for the prints it is
    in."""
    with transaction.atomic():
        locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
        locked.colour = readable(colour)
        locked.paper = paper
        if logo is not None:
            Logo.objects.get_or_create(
                organisation=locked, name=logo.name, defaults={"content": logo.content}
            )
            locked.logo = logo.name
        elif without_logo:
            locked.logo = ""
        locked.save(update_fields=["colour", "paper", "logo"])
    return locked.colour
