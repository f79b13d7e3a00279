"""Whom a client certificate names, as a proxy that ended the TLS tells it; believed from that proxy alone."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

Netwerk = IPv4Network | IPv6Network
# Organisatie-identificatienummer: in a PKIoverheid certificate the serialNumber of the subject.
_OIN: Final = re.compile(r"[0-9]{20}")
_NAMEN: Final = {"serialNumber": NameOID.SERIAL_NUMBER, "SERIALNUMBER": NameOID.SERIAL_NUMBER}


class GeenOin(ValueError):
    """A subject that names no OIN, or more than one."""


def netwerken(text: str) -> tuple[Netwerk, ...]:
    """The addresses of a setting, with a comma between: an address or a network each. ValueError for another text."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def is_van(adres: str | None, vertrouwd: Sequence[Netwerk]) -> bool:
    """Whether a connection comes from one of these; a connection without an address comes from none."""
    try:
        found = ip_address(adres or "")
    except ValueError:
        return False
    return any(found in netwerk for netwerk in vertrouwd)


def is_oin(text: str) -> bool:
    return _OIN.fullmatch(text) is not None


def oin_van(onderwerpen: Sequence[str]) -> str:
    """The OIN in a header: twenty digits, or a subject as RFC 4514 writes it. GeenOin when it is not exactly one.

    The name is parsed and not searched: a CN may hold any text, "serialNumber=" as well.
    """
    if len(onderwerpen) != 1:
        raise GeenOin
    [onderwerp] = onderwerpen
    if is_oin(onderwerp):
        return onderwerp
    try:
        naam = x509.Name.from_rfc4514_string(onderwerp, _NAMEN)
    except ValueError:
        raise GeenOin from None
    nummers = {str(attribute.value) for attribute in naam.get_attributes_for_oid(NameOID.SERIAL_NUMBER)}
    if len(nummers) != 1 or not is_oin(nummer := nummers.pop()):
        raise GeenOin
    return nummer
