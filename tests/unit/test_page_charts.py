"""Charts of the page: made once, and filled with the rows of each request."""

from types import SimpleNamespace

from services.declaration.page import charts
from services.declaration.page.views import prognose, verzilvering


def test_rows_stand_where_a_specification_names_them_and_nowhere_else() -> None:
    spec = {"data": {"name": "een"}, "layer": [{"data": {"name": "twee"}, "mark": "line"}, {"mark": "point"}]}

    filled = charts.ingevuld(spec, een=[{"x": 1}], twee=[])

    assert filled == {
        "data": {"values": [{"x": 1}]},
        "layer": [{"data": {"values": []}, "mark": "line"}, {"mark": "point"}],
    }
    assert spec["data"] == {"name": "een"}


def test_a_chart_has_the_rows_of_its_own_request() -> None:
    bedragen = dict.fromkeys(("begroting", "toegewezen", "gedeclareerd", "prognose", "ruimte"), 100)
    for gebied in ("SPF", "FIN"):
        text = str(prognose.balken({gebied: bedragen}))
        assert f"'gebied': '{gebied}'" in text
        assert "'name'" not in text


def test_a_line_that_is_provisional_starts_at_the_last_certain_point() -> None:
    rijen = [
        {"gemeente": None, "periode": f"2025-P0{n}", "percentage": 90.0 + n, "rijpheid": rijpheid}
        for n, rijpheid in ((1, "rijp"), (2, "rijp"), (3, "voorlopig"))
    ]
    vast, los, *punten = verzilvering.lijn(SimpleNamespace(namen={}), rijen)["layer"]  # type: ignore[arg-type]
    perioden = [[punt["periode"] for punt in laag["data"]["values"]] for laag in (vast, los, *punten)]
    assert perioden == [["P01", "P02"], ["P02", "P03"], ["P01", "P02", "P03"], ["P01", "P02", "P03"]]
