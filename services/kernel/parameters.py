"""Query parameters that an operation does not have are refused: a mistyped one would widen the question in silence."""

from collections.abc import Iterator
from inspect import isclass

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

from services.kernel import problems


async def alleen_bekende(request: Request) -> None:
    """A dependency of the whole application: a 400 problem that names what may be asked."""
    route = request.scope.get("route")
    if not request.query_params or not isinstance(route, APIRoute):
        return
    bekend = frozenset(_namen(route.dependant))
    if not request.query_params.keys() <= bekend:
        raise problems.onbekende_parameter(sorted(bekend))


def _namen(dependant: Dependant) -> Iterator[str]:
    """As they are spelled in the address, also those of a model of parameters and of what is depended on."""
    for field in dependant.query_params:
        kind = field.field_info.annotation
        if isclass(kind) and issubclass(kind, BaseModel):
            yield from (inner.alias or name for name, inner in kind.model_fields.items())
        else:
            yield field.alias
    for other in dependant.dependencies:
        yield from _namen(other)
