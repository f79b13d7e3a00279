"""The counting rules in Dutch, as data for who reads the figures; docs/sturing.md has them in full, in English."""

from typing import Final

from services.declaration.sturing.stromen import (
    AANBIEDERWISSEL,
    GEBIED_ERAF,
    GEBIED_ERBIJ,
    INSTROOM,
    NATUURLIJK,
    TREDE_OMHOOG,
    TREDE_OMLAAG,
    UITSTROOM,
    VERHUISD_IN,
    VERHUISD_UIT,
)

TELREGELS: Final = {
    "cliënt": "Een persoon met een toewijzing die loopt: niet verwijderd, niet vervallen, tot haar einddatum of tot "
    "een eerdere beëindiging die de aanbieder meldde (307). Een tijdelijke onderbreking (reden 20) is geen einde.",
    "tolerantie": "Wie binnen zoveel dagen na een einde weer ondersteuning krijgt, is niet weg geweest.",
    INSTROOM: "Cliënten zonder ondersteuning in de tolerantie ervoor, op de eerste dag van hun ondersteuning.",
    UITSTROOM: "Cliënten zonder ondersteuning in de tolerantie erna, op de laatste dag van hun ondersteuning.",
    "standBegin": "Cliënten van wie de ondersteuning al liep en doorloopt in het tijdvak.",
    "standEind": "Cliënten van wie de ondersteuning doorloopt na het tijdvak: standBegin + instroom − uitstroom.",
    VERHUISD_IN: "Instroom van wie binnen de tolerantie uit een andere gemeente van de regio kwam.",
    VERHUISD_UIT: "Uitstroom van wie binnen de tolerantie in een andere gemeente van de regio verderging. Voor de "
    "regio is verhuizen geen stroom.",
    TREDE_OMHOOG: "Een hogere trede in hetzelfde resultaatgebied, naar rang, aansluitend op de vorige.",
    TREDE_OMLAAG: "Een lagere trede in hetzelfde resultaatgebied, naar rang, aansluitend op de vorige.",
    GEBIED_ERBIJ: "Een resultaatgebied dat begint terwijl de cliënt al ondersteuning had.",
    GEBIED_ERAF: "Een resultaatgebied dat eindigt terwijl de cliënt ondersteuning houdt.",
    AANBIEDERWISSEL: "Een andere aanbieder in hetzelfde resultaatgebied, aansluitend op de vorige: geen stroom.",
    "stapeling": "Het aantal resultaatgebieden dat een cliënt op een dag tegelijk heeft.",
    "treden": "Cliënten per trede van een resultaatgebied op een dag. Wie er twee heeft, telt in beide.",
    "voorlopig": "De tolerantie na het tijdvak is nog niet voorbij: wie wegging, kan nog terugkomen.",
    "onderdrukt": "Een aantal van minder dan vijf cliënten ziet de regio niet, en ook niet wat er een verraadt: in- en "
    "uitstroom van een rij samen of niet, en van gemeenten naast elkaar ten minste twee niet.",
    "overig": "Voor de regio: de redenen van uitstroom die elk over minder dan vijf cliënten gaan, bij elkaar.",
}

_BEIDE: Final = {
    NATUURLIJK: "Toewijzing afgelopen, geen beëindiging gemeld",
    "02": "Overlijden",
    "36": "Geïnitieerd door de gemeente",
    "37": "In verband met een wijzigingsverzoek",
    "38": "Overstap naar een andere aanbieder",
    "39": "Uitstroom naar een ander domein",
}
# RedenBeeindiging; 31 means another thing in each domein.
REDENEN: Final = {
    "wmo": {
        **_BEIDE,
        "19": "Volgens plan beëindigd",
        "21": "Eenzijdig door de cliënt beëindigd",
        "22": "Eenzijdig door de aanbieder beëindigd",
        "23": "In overeenstemming voortijdig beëindigd",
        "31": "Verhuizing naar een andere gemeente",
    },
    "jeugd": {
        **_BEIDE,
        "31": "Volgens plan beëindigd",
        "32": "Voortijdig afgesloten door de cliënt",
        "33": "Voortijdig afgesloten door de aanbieder",
        "34": "Voortijdig afgesloten in overleg",
        "35": "Voortijdig afgesloten door een externe oorzaak",
    },
}
