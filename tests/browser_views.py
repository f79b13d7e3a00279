"""Every view of the page as somebody opens it: for the tests that hold for all of them, and for the screenshots."""

from typing import Final, NamedTuple


class Gezicht(NamedTuple):
    """One view: the name of its picture, whose it is, and where it is."""

    naam: str
    partij: str
    pad: str


# A gemeente (0503), an aanbieder (75000003), the region (H5).
GEZICHTEN: Final = (
    Gezicht("over", "0503", "/over"),
    Gezicht("verzilvering-gemeente", "0503", "/verzilvering"),
    Gezicht("verzilvering-aanbieder", "75000003", "/verzilvering"),
    Gezicht("verzilvering-regio", "H5", "/verzilvering"),
    Gezicht("berichten-gemeente", "0503", "/berichten"),
    Gezicht("berichten-aanbieder", "75000003", "/berichten"),
    Gezicht("proef", "75000003", "/proef"),
    Gezicht("niet-gevonden", "0503", "/bestaat-niet"),
)
