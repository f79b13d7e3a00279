"""The AsyncAPI document as a page a person reads: one file, nothing fetched from elsewhere."""

import html
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse

from services.kernel import openapi
from services.kernel.delivery.asyncapi import Document, document
from services.kernel.wiring import Dienst

# The one style sheet stands in the page.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_PAGE = """<!doctype html>
<html lang="nl">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{titel}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b }}
h2 {{ border-bottom: 1px solid #bbb; margin-top: 2.5rem }}
table {{ border-collapse: collapse; width: 100%; margin: 1rem 0 }}
th, td {{ text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #ddd }}
code {{ background: #f2f2f2; padding: 0 .2rem }}
</style>
</head>
<body>
<main>
<h1>{titel}</h1>
{beschrijving}
<p>AsyncAPI {versie}: <a href="asyncapi.json">het document</a>. Over HTTP: <a href="docs">uitleg van de API</a>.</p>
{kanalen}
<h2>Headers</h2>
<p>{uitleg_kenmerken}</p>
{kenmerken}
</main>
</body>
</html>
"""
_KANAAL = """<h2 id="{id}">{titel}</h2>
<p>{beschrijving}</p>
<p>Adres: <code>{adres}</code></p>
{parameters}
<table>
<thead><tr><th scope="col">Bericht</th><th scope="col">Mediatype</th><th scope="col">Wat</th></tr></thead>
<tbody>
{berichten}
</tbody>
</table>"""


def install(app: FastAPI, dienst: Dienst, titel: str) -> None:
    """Serve the document and its page, for everyone, as the OpenAPI document is."""
    made = document(dienst, titel)
    page = render(made)

    async def asyncapi_json(_: Request) -> JSONResponse:
        return JSONResponse(made)

    async def asyncapi(_: Request) -> HTMLResponse:
        return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})

    app.add_route(f"{openapi.PREFIX}/asyncapi.json", asyncapi_json, include_in_schema=False)
    app.add_route(f"{openapi.PREFIX}/asyncapi", asyncapi, include_in_schema=False)


def render(made: Document) -> str:
    info, kenmerken = made["info"], made["components"]["schemas"]["Kenmerken"]
    rows = [(f"<code>{_tekst(naam)}</code>", _tekst(v["description"])) for naam, v in kenmerken["properties"].items()]
    return _PAGE.format(
        titel=_tekst(info["title"]),
        beschrijving=_alineas(info["description"]),
        versie=_tekst(made["asyncapi"]),
        kanalen="\n".join(_kanaal(made, naam, kanaal) for naam, kanaal in made["channels"].items()),
        uitleg_kenmerken=_tekst(kenmerken["description"]),
        kenmerken=f"<table><tbody>\n{_rijen(rows)}\n</tbody></table>",
    )


def _kanaal(made: Document, naam: str, kanaal: dict[str, Any]) -> str:
    parameters = "".join(
        f"<p><code>{_tekst(name)}</code>: {_tekst(p['description'])} {_tekst(', '.join(p.get('enum', [])))}</p>"
        for name, p in kanaal.get("parameters", {}).items()
    )
    berichten = [volg(made, ref["$ref"]) for ref in kanaal["messages"].values()]
    rows = [(f"<code>{_tekst(b['title'])}</code>", _tekst(b["contentType"]), _tekst(b["summary"])) for b in berichten]
    return _KANAAL.format(
        id=naam,
        titel=_tekst(kanaal["title"]),
        beschrijving=_tekst(kanaal["description"]),
        adres=_tekst(kanaal["address"]),
        parameters=parameters,
        berichten=_rijen(rows),
    )


def volg(made: Document, ref: str) -> Any:
    """What a $ref of the document points at; KeyError when that is nothing."""
    found: Any = made
    for deel in ref.removeprefix("#/").split("/"):
        found = found[deel.replace("~1", "/").replace("~0", "~")]
    return found


def _rijen(rows: Sequence[tuple[str, ...]]) -> str:
    return "\n".join(f"<tr>{''.join(f'<td>{cel}</td>' for cel in row)}</tr>" for row in rows)


def _alineas(tekst: str) -> str:
    return "\n".join(f"<p>{_nadruk(_tekst(alinea))}</p>" for alinea in tekst.split("\n\n"))


def _nadruk(alinea: str) -> str:
    """The two marks of Markdown that our own texts use."""
    for mark, tag in (("**", "strong"), ("`", "code")):
        stukken = alinea.split(mark)
        alinea = "".join(f"<{tag}>{stuk}</{tag}>" if nr % 2 else stuk for nr, stuk in enumerate(stukken))
    return alinea


def _tekst(tekst: str) -> str:
    return html.escape(tekst)
