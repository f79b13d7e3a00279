"""The OpenAPI document, and the page that shows it: Swagger UI from our own files, nothing fetched from elsewhere."""

import html
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse

from services.kernel import openapi

_FOLDER: Final = Path(__file__).parent / "swagger_ui"
_FILES: Final = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript", "start.js": "text/javascript"}
# Swagger UI sets styles on its elements and has its icons as data:.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE: Final = """<!doctype html>
<html lang="nl">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{titel}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<main id="swagger-ui"></main>
<noscript><p>Deze pagina vraagt JavaScript; het <a href="openapi.json">OpenAPI-document</a> niet.</p></noscript>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""


def install(app: FastAPI, titel: str) -> None:
    """Serve the document, to pages of other origins too (API Design Rules, publish-openapi), and its page."""
    page = _PAGE.format(titel=html.escape(titel))

    async def openapi_json(_: Request) -> JSONResponse:
        headers = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
        return JSONResponse(app.openapi(), headers=headers)

    async def docs(_: Request) -> HTMLResponse:
        return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})

    app.add_route(f"{openapi.PREFIX}/openapi.json", openapi_json, include_in_schema=False)
    app.add_route(f"{openapi.PREFIX}/docs", docs, include_in_schema=False)
    for name, media_type in _FILES.items():
        app.add_route(f"{openapi.PREFIX}/docs/{name}", _file(name, media_type), include_in_schema=False)


def _file(name: str, media_type: str) -> Callable[[Request], Awaitable[FileResponse]]:
    async def file(_: Request) -> FileResponse:
        # A day: the files change with a release of the hub only.
        return FileResponse(_FOLDER / name, media_type=media_type, headers={"Cache-Control": "public, max-age=86400"})

    return file
