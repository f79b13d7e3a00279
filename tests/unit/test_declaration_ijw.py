"""Of ijw there are schemas of the declarations and no rules yet: they are refused, and nothing of them is booked."""

import pytest
from schema_model import minimal_message, own_schema

from services.declaration.process import toets_offline
from services.kernel.catalogue import Berichtsoort, supported
from services.kernel.reading import Afwijzing, Schemas, as_stream

IJW = [soort for soort in supported("declaration") if soort.standaard == "ijw"]


@pytest.mark.parametrize("soort", IJW, ids=lambda soort: soort.naam)
def test_a_declaration_of_ijw_is_known_and_not_yet_judged(soort: Berichtsoort) -> None:
    message = minimal_message(own_schema(soort.naam, soort.standaard, soort.release).root())

    with pytest.raises(Afwijzing) as caught:
        toets_offline(soort, as_stream(message), Schemas())

    assert caught.value.type == "onbekende-berichtsoort"
    assert soort.naam in caught.value.detail


def test_these_are_the_declarations_of_ijw() -> None:
    assert [soort.naam for soort in IJW] == ["JW303", "JW304", "JW323", "JW325"]
