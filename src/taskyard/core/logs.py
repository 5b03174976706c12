"""Logs as JSON lines on standard output; secrets never reach them."""

import logging
import re
import sys
from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any

import orjson
import structlog

from taskyard.core.settings import Settings

_SECRET_NAME = re.compile(
    r"pass(word)?|token|secret|authorization|cookie|api_?key|ticket", re.IGNORECASE
)
#: Credentials inside text: query parameters, bearer tokens, passwords in addresses, JWTs, our own
#: prefixes. What stands before the secret is kept.
_SECRET_TEXT = re.compile(
    r"(?i)([?&](?:token|ticket|sig|signature)=)[^&\s\"']+|(bearer\s+)[\w.~+/=-]+"
    r"|(://[^\s:/@]*:)[^\s/@]+(?=@)|\beyJ[\w-]+\.[\w-]+\.[\w-]+|\bty[lrst]?_[\w-]{16,}"
)
REDACTED = "[redacted]"


def redact_text(text: str) -> str:
    """Return `text` with every credential in it blotted out."""
    return _SECRET_TEXT.sub(lambda m: (m[1] or m[2] or m[3] or "") + REDACTED, text)


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blot out secrets, by the field's name and by what text looks like."""
    return {name: _redacted(name, value) for name, value in event.items()}


@lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    return bool(_SECRET_NAME.search(name)) and name != "error_code"


def _redacted(name: str, value: Any) -> Any:
    if _is_secret(name):
        return REDACTED
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, dict):
        return {inner: _redacted(str(inner), item) for inner, item in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted("", item) for item in value]
    return value


def configure(settings: Settings) -> None:
    """Send this process's log lines, ours and the libraries', to standard output as JSON."""
    level = getattr(logging, settings.log_level.upper())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp"),
        structlog.processors.EventRenamer("message"),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(serializer=_dumps)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redact,
                structlog.processors.JSONRenderer(serializer=_dumps),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(level, logging.INFO), force=True)
    for noisy in ("httpx", "celery.worker.strategy", "uvicorn.access", "kombu"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _dumps(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=str).decode()
