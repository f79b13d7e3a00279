"""What this service says to a message it cannot judge: the Afwijzingen of process.py, each with a type of its own."""

from services.kernel.bevinding import Bevinding
from services.kernel.catalogue import Berichtsoort
from services.kernel.problems import Probleem
from services.kernel.reading import Afwijzing
from services.kernel.toegang.parties import Partijsoort


def andere_dienst(soort: Berichtsoort) -> Afwijzing:
    return Afwijzing(
        "onbekende-berichtsoort",
        "Berichtsoort hoort bij een andere dienst",
        f"Een {soort.naam} van release {soort.release} gaat naar /{soort.dienst}/v1/berichten, "
        f"over de wachtrij met routing key {soort.naam}.",
    )


def onbekende_bestemming(code: str, soort: Partijsoort) -> Afwijzing:
    detail = f"De hub kent geen {soort} met code {code}, en kan het bericht niet bezorgen."
    return Afwijzing("onbekende-bestemming", "Onbekende bestemming", detail)


def identificatie_bezet() -> Afwijzing:
    return Afwijzing(
        "identificatie-bezet",
        "Identificatie al gebruikt",
        "De IdentificatieRetour is al gebruikt voor een ander retourbericht van deze verzender.",
        status=409,
    )


def geen_heenbericht(retour: Berichtsoort) -> Afwijzing:
    return Afwijzing(
        "geen-heenbericht",
        "Geen bericht om te beantwoorden",
        f"Er is geen {retour.antwoord_op} die telt met deze Afzender, Ontvanger, Identificatie en Dagtekening, van "
        "dezelfde release.",
        status=409,
    )


def al_beantwoord(retour: Berichtsoort) -> Afwijzing:
    detail = f"Op deze {retour.antwoord_op} is al een retourbericht ontvangen."
    return Afwijzing("al-beantwoord", "Al beantwoord", detail, status=409)


def retour_onjuist(bevindingen: tuple[Bevinding, ...]) -> Afwijzing:
    detail = f"Het retourbericht is niet opgebouwd zoals de standaard voorschrijft: {len(bevindingen)} bevinding(en)."
    return Afwijzing("retour-onjuist", "Retourbericht onjuist opgebouwd", detail, bevindingen=bevindingen)


def declaraties_onbereikbaar() -> Probleem:
    return Probleem(
        "declaraties-onbereikbaar",
        "Declaraties tijdelijk niet te raadplegen",
        "Of op een toewijzing die het bericht verwijdert al is gedeclareerd, kan nu niet worden nagegaan; niets is "
        "opgeslagen. Stuur hetzelfde bericht later nog eens.",
        status=503,
        headers={"Retry-After": "60"},
    )
