"""Problem details (RFC 9457): every way to say no, with a `type` that tells them apart and Dutch texts of our own.

No text here or built from here quotes the message or an engine: those hold values, a BSN among them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from services.kernel.berichten import listed
from services.kernel.bevinding import Bevinding
from services.kernel.reading import Afwijzing

MEDIA_TYPE = "application/problem+json"
_REALM = 'Bearer realm="berichtenhub"'


class Probleem(Exception):
    """A request that cannot be met. `type` is the slug in /problemen/<slug>; `headers` go out with the reply."""

    def __init__(
        self,
        type: str,
        titel: str,
        detail: str,
        *,
        status: int,
        bevindingen: Sequence[Bevinding] = (),
        headers: Mapping[str, str] | None = None,
        vastgelegd: bool = False,
    ) -> None:
        super().__init__(type)
        self.type = type
        self.titel = titel
        self.detail = detail
        self.status = status
        self.bevindingen = tuple(bevindingen)
        self.headers = dict(headers or {})
        # Whether it stands in the audit trail: whoever refused may have said more there than this problem tells.
        self.vastgelegd = vastgelegd


def as_probleem(afwijzing: Afwijzing) -> Probleem:
    return Probleem(
        *(afwijzing.type, afwijzing.titel, afwijzing.detail),
        status=afwijzing.status,
        bevindingen=afwijzing.bevindingen,
    )


def body(probleem: Probleem, verzoek: str) -> dict[str, Any]:
    """The JSON of a problem; `verzoek` is the id of the request, by which the log is searched."""
    fields: dict[str, Any] = {
        "type": f"/problemen/{probleem.type}",
        "title": probleem.titel,
        "status": probleem.status,
        "detail": probleem.detail,
        "instance": f"urn:uuid:{verzoek}",
    }
    if probleem.bevindingen:
        fields["aantalBevindingen"] = len(probleem.bevindingen)
        fields["bevindingen"] = listed(probleem.bevindingen)
    return fields


def ongeldige_invoer(parameters: Sequence[str]) -> Probleem:
    """400 for a query or path parameter with a value that cannot be; names the parameters, never their values."""
    names = ", ".join(parameters)
    return Probleem("ongeldige-invoer", "Ongeldige invoer", f"Ongeldige of ontbrekende invoer: {names}.", status=400)


def onbekende_parameter(bekend: Sequence[str]) -> Probleem:
    """400 for a query parameter that the operation does not have; its name is the caller's text and not repeated."""
    detail = f"Dit adres kent alleen: {', '.join(bekend)}." if bekend else "Dit adres kent geen parameters."
    return Probleem("onbekende-parameter", "Onbekende parameter", detail, status=400)


def afgebroken() -> Probleem:
    return Probleem("afgebroken", "Verzoek afgebroken", "De verbinding sloot voor het bericht binnen was.", status=400)


def te_langzaam() -> Probleem:
    return Probleem(
        "te-langzaam",
        "Verzoek kwam te langzaam binnen",
        "Het bericht was niet op tijd helemaal binnen; niets is opgeslagen. Stuur het opnieuw.",
        status=408,
        headers={"Connection": "close"},
    )


def te_vaak(seconden: int, headers: Mapping[str, str] | None = None) -> Probleem:
    """429; `seconden` until the next request is taken, `headers` that tell more of the limit."""
    return Probleem(
        "te-veel-verzoeken",
        "Te veel verzoeken",
        f"Er kwamen meer verzoeken binnen dan is toegestaan. Ga over {seconden} seconden verder.",
        status=429,
        headers={**(headers or {}), "Retry-After": str(seconden)},
    )


def niet_ingelogd(known: bool) -> Probleem:
    """401; `known` False: there was nothing to know anyone by."""
    detail = (
        "De sleutel of het token is onbekend, verlopen of ingetrokken, of hoort niet bij uw certificaat."
        if known
        else "Stuur een sleutel mee: Authorization: Bearer <sleutel>."
    )
    challenge = _REALM + (', error="invalid_token"' if known else "")
    return Probleem("niet-ingelogd", "Niet ingelogd", detail, status=401, headers={"WWW-Authenticate": challenge})


def scope_ontbreekt(scope: str) -> Probleem:
    """403 for a key that was made for less (RFC 6750, section 3.1)."""
    return Probleem(
        "scope-ontbreekt",
        "Sleutel niet toereikend",
        f"Deze sleutel heeft de scope '{scope}' niet.",
        status=403,
        headers={"WWW-Authenticate": f'{_REALM}, error="insufficient_scope", scope="{scope}"'},
    )


def uitgever_onbereikbaar() -> Probleem:
    """503: whether a token is genuine cannot be told now."""
    return Probleem(
        "uitgever-onbereikbaar",
        "Tijdelijk niet beschikbaar",
        "De sleutels van de uitgever van het token zijn nu niet op te halen. Probeer het straks opnieuw.",
        status=503,
        headers={"Retry-After": "60"},
    )


def niet_namens(vastgelegd: bool = False) -> Probleem:
    return Probleem(
        "niet-namens",
        "Niet toegestaan namens deze partij",
        "U bent niet de partij in het bericht of verzoek, en een machtiging voor vandaag is er niet.",
        status=403,
        vastgelegd=vastgelegd,
    )


def niet_gevonden(wat: str = "Wat u zoekt") -> Probleem:
    return Probleem("niet-gevonden", "Niet gevonden", f"{wat} bestaat niet of is niet voor u bestemd.", status=404)


def methode() -> Probleem:
    return Probleem(
        "methode-niet-toegestaan", "Methode niet toegestaan", "Dit adres kent deze methode niet.", status=405
    )


def te_groot(max_bytes: int) -> Probleem:
    return Probleem(
        "te-groot", "Bericht te groot", f"Een bericht is ten hoogste {_grootte(max_bytes)} groot.", status=413
    )


def _grootte(aantal: int) -> str:
    """Whole MB or kB as such (25 MB); any other number in bytes, for it is a limit."""
    for eenheid, naam in ((1_000_000, "MB"), (1_000, "kB")):
        if aantal >= eenheid and aantal % eenheid == 0:
            return f"{aantal // eenheid} {naam}"
    return f"{aantal} bytes"


def te_veel_headers(meeste: int) -> Probleem:
    return Probleem(
        "te-veel-headers", "Te veel headers", f"Een verzoek heeft ten hoogste {meeste} headers.", status=431
    )


def verkeerd_type(detail: str) -> Probleem:
    return Probleem("verkeerd-mediatype", "Mediatype niet ondersteund", detail, status=415)


def onverwacht() -> Probleem:
    return Probleem(
        "interne-fout",
        "Interne fout",
        "Het verzoek is niet verwerkt en niets ervan is opgeslagen. Meld het nummer in 'instance' aan de beheerder.",
        status=500,
    )


def bezet() -> Probleem:
    return Probleem(
        "bezet",
        "Tijdelijk niet beschikbaar",
        "De hub is op dit moment bezet; niets is opgeslagen. Stuur hetzelfde bericht later nog eens.",
        status=503,
        headers={"Retry-After": "30"},
    )


def bij_status(status: int) -> Probleem:
    """The problem for a status the web framework gives by itself."""
    if status == 404:
        return niet_gevonden("Dit adres")
    if status == 405:
        return methode()
    return Probleem("verzoek-geweigerd", "Verzoek geweigerd", "Het verzoek kan niet worden verwerkt.", status=status)
