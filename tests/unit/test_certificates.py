"""Whom the subject of a client certificate names, and which proxy is believed about it."""

import pytest

from services.kernel.toegang.certificates import GeenOin, is_van, netwerken, oin_van

OIN = "00000001001234567000"
ANDER = "00000001009876543000"


@pytest.mark.parametrize(
    "onderwerp",
    [
        OIN,
        f"CN=delft.example,O=Gemeente Delft,2.5.4.5={OIN},C=NL",
        f"CN=delft.example,O=Gemeente Delft,serialNumber={OIN},C=NL",
        f"serialNumber={OIN},CN=delft.example",
        rf"CN=delft\,serialNumber={ANDER},serialNumber={OIN}",
    ],
)
def test_the_OIN_is_the_serialNumber_of_the_subject(onderwerp: str) -> None:
    assert oin_van([onderwerp]) == OIN


@pytest.mark.parametrize(
    "onderwerpen",
    [
        [],
        ["delft"],
        [OIN[:-1]],
        [OIN + "0"],
        ["٠" * 20],
        ["CN=delft.example,C=NL"],
        ["serialNumber=12345,C=NL"],
        [f"CN=serialNumber={OIN}"],
        [rf"CN=delft\,serialNumber={OIN}"],
        [f"serialNumber={OIN},serialNumber={ANDER}"],
        [f"{OIN}, {ANDER}"],
        [OIN, OIN],
    ],
    ids=str,
)
def test_what_is_not_exactly_one_OIN_is_none(onderwerpen: list[str]) -> None:
    with pytest.raises(GeenOin):
        oin_van(onderwerpen)


@pytest.mark.parametrize(
    ("adres", "believed"),
    [
        ("10.1.2.3", True),
        ("10.1.2.4", False),
        ("192.168.0.0", True),
        ("192.168.0.255", True),
        ("192.168.1.0", False),
        ("::1", True),
        ("::2", False),
        ("testclient", False),
        ("", False),
        (None, False),
    ],
)
def test_only_the_addresses_of_the_setting_are_a_proxy(adres: str | None, believed: bool) -> None:
    assert is_van(adres, netwerken("10.1.2.3, 192.168.0.0/24,::1")) is believed


@pytest.mark.parametrize("text", ["proxy.example", "10.1.2.3/33", "10.1.2.3/8"])
def test_a_setting_that_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        netwerken(text)
