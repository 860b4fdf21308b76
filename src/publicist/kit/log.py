"""Structured logs, with everything that looks like a secret taken out."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRETS = re.compile(
    r"(EAA[\w-]{6,}|lmp_(?:live|test)_[\w-]{6,}"
    r"|(?<=access_token=)[^&\s\"']+|(?<=client_secret=)[^&\s\"']+|(?<=fb_exchange_token=)[^&\s\"']+"
    r"|(?<=appsecret_proof=)[^&\s\"']+|(?<=[?&]code=)[^&\s\"']+|(?<=signature=)[^&\s\"']+)"
)


def redact(text: str) -> str:
    """The text without tokens, keys, codes and signatures."""
    return _SECRETS.sub("[secret]", text)


def _redact_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: redact(value) if isinstance(value, str) else value for name, value in event.items()}


def setup(level: str, log_format: str) -> None:
    """Write to stderr: one line per event, as text or as JSON."""
    renderer: Any = structlog.processors.JSONRenderer()
    if log_format == "text":
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=_plain_traceback)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _redact_event,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _plain_traceback(stream: Any, exc_info: Any) -> None:
    structlog.dev.plain_traceback(stream, exc_info)
