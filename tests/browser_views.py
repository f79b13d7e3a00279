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
    Gezicht("lijsten-gemeente", "0503", "/lijsten"),
    Gezicht("lijsten-regio", "H5", "/lijsten"),
    Gezicht("lijst-aanbieder", "75000003", "/lijsten/niet-gedeclareerd"),
    Gezicht("lijst-regio", "H5", "/lijsten/niet-gedeclareerd"),
    Gezicht("herstel", "75000003", "/lijsten/herstel?status=gedaan"),
    Gezicht("herstel-leeg", "0503", "/lijsten/herstel"),
    Gezicht("termijnen", "0603", "/lijsten/termijnen?stand=beantwoord"),
    Gezicht("kwaliteit-gemeente", "0503", "/kwaliteit"),
    Gezicht("kwaliteit-aanbieder", "75000001", "/kwaliteit"),
    Gezicht("kwaliteit-regio", "H5", "/kwaliteit"),
    Gezicht("contracten-gemeente", "0503", "/contracten"),
    Gezicht("contracten-regio", "H5", "/contracten"),
    Gezicht("tarieven", "0503", "/contracten/tarieven"),
    Gezicht("declaratieruimte", "75000003", "/declaratieruimte?tijdvak=2025-12"),
    Gezicht("declaratieruimte-geweigerd", "0503", "/declaratieruimte"),
    Gezicht("concept", "75000003", "/declaratieruimte/concept?gemeente=0503&tijdvak=2025-12"),
    Gezicht("concept-leeg", "75000003", "/declaratieruimte/concept?gemeente=0503"),
    Gezicht("verzilvering-beheer", "beheer", "/verzilvering?rijpheid=rijp"),
    Gezicht("verzilvering-peildatum", "0503", "/verzilvering?peildatum=2025-09-30"),
    Gezicht("verzilvering-leeg", "0503", "/verzilvering?jaar=2022"),
    Gezicht("toewijzingen-gemeente", "0503", "/verzilvering/toewijzingen?jaar=2025&periode=2025-P03"),
    Gezicht("toewijzingen-regio", "H5", "/verzilvering/toewijzingen?jaar=2025"),
    Gezicht("bevroren-gemeente", "0503", "/verzilvering/bevroren?jaar=2025"),
    Gezicht("bevroren-regio", "H5", "/verzilvering/bevroren?jaar=2025"),
    Gezicht("prognose-gemeente", "0503", "/verzilvering/prognose?jaar=2025"),
    Gezicht("prognose-regio", "H5", "/verzilvering/prognose?jaar=2025"),
    Gezicht("prognose-aanbieder", "75000003", "/verzilvering/prognose?jaar=2025"),
    Gezicht("sturing-gemeente", "0503", "/sturing"),
    Gezicht("sturing-regio", "H5", "/sturing?per=periode"),
    Gezicht("sturing-aanbieder", "75000003", "/sturing"),
    Gezicht("verdeling-gemeente", "0503", "/sturing/verdeling?tot=2025-06-30"),
    Gezicht("verdeling-regio", "H5", "/sturing/verdeling?tot=2025-06-30"),
    Gezicht("niet-gevonden", "0503", "/bestaat-niet"),
)
