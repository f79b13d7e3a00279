"""Logging: one line of JSON per request or message, and a last guard that no BSN and no value of a message is in it."""

import logging
import re
import sys
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

_OURS = "berichtenhub"
MASKER = "#########"
# Ids are UUIDs, one in fifty of which has nine digits in a row.
_NINE_DIGITS = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|(?<!\d)\d{9}(?!\d)")


def configure(stream: TextIO = sys.stdout, level: int = logging.INFO) -> None:
    """Write the standard library's logging, ours and uvicorn's, to `stream` as masked lines of JSON.

    Of libraries only warnings: httpx puts the URL with its query in a line at INFO. Start uvicorn with log_config=None
    and access_log=False: its access line has the query too, and our own line replaces it.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *_FIRST],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_GUARD,
                structlog.processors.EventRenamer("gebeurtenis"),
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(_OURS).setLevel(level)


def log() -> structlog.stdlib.BoundLogger:
    """Our logger. Its guard is its own, so that it also holds where nobody called `configure`."""
    logger: structlog.stdlib.BoundLogger = structlog.wrap_logger(
        logging.getLogger(_OURS),
        processors=[
            structlog.stdlib.filter_by_level,
            *_FIRST,
            *_GUARD,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    return logger


def mask(value: Any) -> Any:
    """The same value with every run of exactly nine digits masked, in keys, lists and whole numbers too."""
    if isinstance(value, str):
        return _NINE_DIGITS.sub(lambda found: MASKER if found[0].isdigit() else found[0], value)
    if isinstance(value, Mapping):
        return {mask(key): mask(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [mask(item) for item in value]
    if isinstance(value, bool | float | None):
        return value
    # Whatever else there is would be printed by its text.
    masked = mask(str(value))
    return value if isinstance(value, int) and masked == str(value) else masked


def mask_bsn(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """The processor that has the last word on what a line holds."""
    masked: EventDict = mask(event)
    return masked


def describe_exception(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace an exception by its kinds and the places it passed: its text quotes values (`invalid literal: '…'`)."""
    raised = event.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()
    error = raised[1] if isinstance(raised, tuple) else raised
    if isinstance(error, BaseException):
        event["fout"] = [_one(link) for link in _chain(error)]
    return event


def _chain(error: BaseException) -> list[BaseException]:
    links = [error]
    while (cause := links[-1].__cause__ or links[-1].__context__) is not None and cause not in links:
        links.append(cause)
    return links


def _one(error: BaseException) -> dict[str, Any]:
    return {"soort": f"{type(error).__module__}.{type(error).__qualname__}", "waar": _places(error.__traceback__)}


def _places(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


_FIRST: list[Any] = [structlog.stdlib.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True)]
_GUARD: list[Any] = [describe_exception, mask_bsn]
