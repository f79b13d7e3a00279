"""The AsyncAPI 3.0 document of a service: its channels on the broker and at a webhook, from the catalogue.

AsyncAPI is written from where we stand: what back offices send is what the hub receives.
"""

from typing import Any, Final

from services.kernel import gebeurtenissen, openapi
from services.kernel.catalogue import Berichtsoort, supported
from services.kernel.delivery.topology import BERICHTEN, INKOMEND, wachtrij_van
from services.kernel.postbus import HUB
from services.kernel.toegang.parties import Partijsoort
from services.kernel.wiring import Dienst, Dienstnaam

Document = dict[str, Any]
VERSIE: Final = "3.0.0"
_XML: Final = "application/xml"
_SOORTEN: Final[tuple[Partijsoort, ...]] = ("gemeente", "aanbieder", "regio", "software")
_VAN_BEIDE: Final = {
    gebeurtenissen.BERICHT_AFGEKEURD: "Uw bericht is afgekeurd, en de standaard heeft daar geen retourbericht voor.",
    gebeurtenissen.BERICHT_GEWEIGERD: "Wat u over de wachtrij stuurde kon niet worden verwerkt: wat u over HTTP als "
    "probleem zou krijgen.",
    gebeurtenissen.TERMIJN_VERLOPEN: "Het antwoord op een bericht is te laat.",
}
_VAN_DECLARATION: Final = {
    gebeurtenissen.CIJFERS: "De verzilvering van een periode is geëindigd, rijp, afgesloten of daarna nog gewijzigd: "
    "in totaal, en per resultaatgebied en trede. Alleen voor gemeenten en de regio.",
}


def document(dienst: Dienst, titel: str) -> Document:
    """The whole document; every $ref points inside it."""
    return {
        "asyncapi": VERSIE,
        "info": {
            "title": f"{titel}, wachtrijen en webhooks",
            "version": openapi.API_VERSION,
            "description": _BESCHRIJVING,
            "contact": openapi.CONTACT,
            "license": {"name": "EUPL-1.2", "url": "https://eupl.eu/1.2/nl/"},
        },
        "defaultContentType": _XML,
        "servers": _SERVERS,
        "channels": _channels(dienst.naam),
        "operations": _operations(dienst.naam),
        "components": _components(dienst.naam),
    }


_BESCHRIJVING: Final = (
    "Een partij met het kanaal amqp heeft bij de broker een gebruiker en een wachtrij met dezelfde naam, "
    "`<soort>.<code>`, zoals gemeente.0503. Zij leest alleen die wachtrij, schrijft alleen naar de exchange "
    f"`{INKOMEND}`, en maakt niets aan (open wachtrij en exchange passief).\n\n"
    "**Bezorging** is ten minste een keer en op volgorde per dienst (header `nr`). Bewaar wat u ontvangt, bevestig dan "
    "pas, en sla over wat u al had: een dubbele heeft dezelfde `message_id`.\n\n"
    "**Insturen**: mandatory en met publisher confirms. Geef `user_id` mee (uw gebruiker; de broker controleert die) "
    "en als `message_id` een nieuwe UUID. Stuur nog eens als de broker niet bevestigt: hetzelfde bericht telt een "
    "keer. Het antwoord komt in uw wachtrij: een retourbericht, of een gebeurtenis met wat eraan mankeert. Een bericht "
    "dat goed is en geen retourbericht kent, geeft geen antwoord.\n\n"
    "**Webhooks** zijn ondertekend volgens Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature). Elke "
    "status 2xx is een ontvangstbevestiging; de rest wordt opnieuw geprobeerd, en houdt wat erna komt zo lang op."
)

_SERVERS: Final[Document] = {
    "broker": {
        "host": "rabbitmq.example",
        "protocol": "amqps",
        "protocolVersion": "0-9-1",
        "description": "RabbitMQ van de hub; waar hij staat hoort u van de beheerder.",
        "security": [{"type": "userPassword", "description": "De gebruiker van uw partij (`hub partij amqp`)."}],
    },
    "webhook": {
        "host": "uw-webhook.example",
        "protocol": "https",
        "description": "Waar u de webhook zelf neerzet (`hub partij kanaal`).",
    },
}


def _soorten(dienst: Dienstnaam) -> tuple[Berichtsoort, ...]:
    return supported(dienst)


def _gebeurtenissen(dienst: Dienstnaam) -> dict[str, str]:
    """What each gebeurtenis of this service tells."""
    return _VAN_BEIDE | (_VAN_DECLARATION if dienst == "declaration" else {})


def _naam(soort: Berichtsoort) -> str:
    return f"{soort.naam}-{soort.release}"


def _ref(*pad: str) -> dict[str, str]:
    return {"$ref": "#/" + "/".join(deel.replace("~", "~0").replace("/", "~1") for deel in pad)}


def _channels(dienst: Dienstnaam) -> Document:
    namen = [*(_naam(soort) for soort in _soorten(dienst)), *_gebeurtenissen(dienst)]
    bezorgd = {naam: _ref("components", "messages", naam) for naam in namen}
    return {
        "insturen": _insturen(dienst),
        "wachtrij": {
            "address": "{soort}.{code}",
            "title": "Uw wachtrij",
            "description": f"Komt uit exchange {BERICHTEN}, met routing key <soort>.<code>.<berichtsoort>.",
            "servers": [_ref("servers", "broker")],
            "parameters": {
                "soort": {"enum": list(_SOORTEN), "description": "Soort van uw partij."},
                "code": {"description": "Code van uw partij: CBS-code, AGB-code, of die van uw softwarehuis."},
            },
            "messages": bezorgd,
            "bindings": {
                "amqp": {
                    "is": "queue",
                    "queue": {"name": "<soort>.<code>", "durable": True, "exclusive": False, "autoDelete": False},
                }
            },
        },
        "webhook": {
            "address": "/",
            "title": "Uw webhook",
            "description": "Dezelfde poststukken als in een wachtrij, een voor een, als POST.",
            "servers": [_ref("servers", "webhook")],
            "messages": bezorgd,
        },
    }


def _insturen(dienst: Dienstnaam) -> Document:
    namen = [f"{_naam(soort)}-in" for soort in _soorten(dienst)]
    return {
        "address": "{berichtsoort}",
        "title": "Berichten insturen",
        "description": f"Naar exchange {INKOMEND}, met de berichtsoort als routing key. Komt in wachtrij "
        f"{wachtrij_van(dienst)} van de hub.",
        "servers": [_ref("servers", "broker")],
        "parameters": {
            "berichtsoort": {
                "enum": sorted({soort.naam for soort in _soorten(dienst)}),
                "description": "Berichtsoort, zoals WMO301.",
            }
        },
        "messages": {naam: _ref("components", "messages", naam) for naam in namen},
        "bindings": {
            "amqp": {"is": "routingKey", "exchange": {"name": INKOMEND, "type": "topic", "durable": True}},
        },
    }


def _operations(dienst: Dienstnaam) -> Document:
    return {
        "ontvangBericht": {
            "action": "receive",
            "title": "De hub ontvangt een bericht van u",
            "channel": _ref("channels", "insturen"),
            "messages": [_ref("channels", "insturen", "messages", f"{_naam(s)}-in") for s in _soorten(dienst)],
            "bindings": {"amqp": {"userId": "<soort>.<code>", "deliveryMode": 2, "ack": True}},
        },
        "bezorgInWachtrij": {
            "action": "send",
            "title": "De hub bezorgt in uw wachtrij",
            "channel": _ref("channels", "wachtrij"),
            "messages": _uitgaand("wachtrij", dienst),
            "bindings": {"amqp": {"deliveryMode": 2, "mandatory": True, "timestamp": True, "ack": True}},
        },
        "bezorgBijWebhook": {
            "action": "send",
            "title": "De hub bezorgt bij uw webhook",
            "channel": _ref("channels", "webhook"),
            "messages": _uitgaand("webhook", dienst),
            "bindings": {"http": {"method": "POST"}},
        },
    }


def _uitgaand(channel: str, dienst: Dienstnaam) -> list[dict[str, str]]:
    namen = [*(_naam(soort) for soort in _soorten(dienst)), *_gebeurtenissen(dienst)]
    return [_ref("channels", channel, "messages", naam) for naam in namen]


def _components(dienst: Dienstnaam) -> Document:
    messages: Document = {}
    for soort in _soorten(dienst):
        messages[_naam(soort)] = _message(soort) | {
            "headers": _ref("components", "schemas", "Kenmerken"),
            "correlationId": {
                "location": "$message.header#/antwoordOp",
                "description": "Nummer bij de hub van het bericht dat hiermee is beantwoord; ontbreekt bij een ander.",
            },
        }
        messages[f"{_naam(soort)}-in"] = _message(soort)
    for naam, uitleg in _gebeurtenissen(dienst).items():
        messages[naam] = {
            "name": naam,
            "title": naam.rpartition("nl.berichtenhub.")[2],
            "summary": uitleg,
            "contentType": gebeurtenissen.MEDIA_TYPE,
            "headers": _ref("components", "schemas", "Kenmerken"),
            "payload": _ref("components", "schemas", "Gebeurtenis"),
        }
    schemas = {"Kenmerken": _KENMERKEN, "Bericht": _BERICHT, "Gebeurtenis": _gebeurtenis(dienst)}
    return {"messages": messages, "schemas": schemas}


def _message(soort: Berichtsoort) -> Document:
    antwoord = f" Antwoord op een {soort.antwoord_op}." if soort.antwoord_op else ""
    return {
        "name": soort.naam,
        "title": f"{soort.naam} {soort.release}",
        "summary": f"{soort.naam}, {soort.standaard} {soort.release}, van een {soort.rol}.{antwoord}",
        "contentType": _XML,
        "payload": _ref("components", "schemas", "Bericht"),
    }


_BERICHT: Final[Document] = {
    "type": "string",
    "contentMediaType": _XML,
    "description": "Het bericht volgens het schema van de standaard: XML in UTF-8, zonder DOCTYPE.",
}
_KENMERKEN: Final[Document] = {
    "type": "object",
    "description": "Headers van een bericht in uw wachtrij; bij een webhook heten ze berichtenhub-<naam>.",
    "required": ["dienst", "nr", "verzender", "bestemming"],
    "properties": {
        "dienst": {"type": "string", "enum": ["allocation", "declaration"], "description": "Dienst van de hub."},
        "nr": {"type": "integer", "minimum": 1, "description": "Volgnummer in uw postbus bij deze dienst."},
        "standaard": {"type": "string", "enum": ["iwmo", "ijw"], "description": "Niet bij een gebeurtenis."},
        "release": {"type": "string", "description": "Niet bij een gebeurtenis."},
        "verzender": {"type": "string", "description": f"Code van de verzender; {HUB} bij een gebeurtenis."},
        "bestemming": {"type": "string", "description": "Code van de ontvanger in het bericht."},
        "antwoordOp": {"type": "string", "format": "uuid", "description": "Nummer van het bericht dat is beantwoord."},
    },
}


def _gebeurtenis(dienst: Dienstnaam) -> Document:
    schema = openapi.Gebeurtenis.model_json_schema()
    schema["properties"]["source"] |= {"const": f"/{dienst}{openapi.PREFIX}"}
    schema["properties"]["type"] |= {"enum": list(_gebeurtenissen(dienst))}
    schema.pop("example", None)
    return schema
