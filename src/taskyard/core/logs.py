"""Logs as JSON lines on standard output; secrets never reach them."""

import asyncio
import logging
import re
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

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
#: Every credential the pattern finds has one of these, and most text has none.
_SIGNS: Final = ("=", "_", "@", "earer", "yj")
REDACTED = "[redacted]"
_FLUSH_S: Final = 0.1


def redact_text(text: str) -> str:
    """Return `text` with every credential in it blotted out."""
    lower = text.lower()
    if not any(sign in lower for sign in _SIGNS):
        return text
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


class RequestLog:
    """Writes a line for each request, cheaper than any other line.

    Its fields are ours and known, so only the message is searched for secrets; and what is written
    is flushed ten times a second: a write for each line costs more than the line.
    """

    def __init__(self) -> None:
        self._log = logging.getLogger("taskyard.request")
        self._flushes = False

    def write(self, level: int, message: str, **fields: Any) -> None:
        """Write a line, where lines of this level are wanted; called on the event loop."""
        if not self._log.isEnabledFor(level):
            return
        event = {
            **fields,
            "level": logging.getLevelName(level).lower(),
            "timestamp": datetime.now(UTC),
            "message": redact_text(message),
        }
        line = orjson.dumps(event, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)
        sys.stdout.write(line.decode())
        if not self._flushes:
            self._flushes = True
            asyncio.get_running_loop().call_later(_FLUSH_S, self._flush)

    def _flush(self) -> None:
        self._flushes = False
        sys.stdout.flush()


def _dumps(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=str).decode()
