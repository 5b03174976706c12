"""Every setting of the platform, with its default and its unit.

Names are `TASKYARD_<FIELD>`; a few names that hosting services set by themselves are understood
too (`DATABASE_URL`, `REDIS_URL`, `API_SECRET_KEY`, `ENVIRONMENT` or `ENV`, `OPENAI_API_KEY`).
"""

import ipaddress
import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AliasChoices,
    EmailStr,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from taskyard.core.limits import with_changes
from taskyard.core.mail import MailServer
from taskyard.core.outgoing.rules import Rules

#: Shorter secrets are refused outside development (RFC 8725 section 3.5; HS256 wants 256 bits).
MIN_SECRET_BYTES = 32
_WEAK_SECRETS = re.compile(r"^(.)\1+$|change.?me|secret|password|example|default", re.IGNORECASE)
#: What libpq reads and asyncpg does not.
_LIBPQ_ONLY = re.compile(
    r"(?<=[?&])(channel_binding|connect_timeout|gssencmode|keepalives\w*|sslcompression)=[^&]*&?"
)


def _also(name: str, *others: str) -> AliasChoices:
    return AliasChoices(f"TASKYARD_{name}", *others)


class Settings(BaseSettings):
    """The settings of one process, read from the environment once."""

    model_config = SettingsConfigDict(
        env_prefix="TASKYARD_",
        populate_by_name=True,
        extra="ignore",
        frozen=True,
        # A refused secret is not printed.
        hide_input_in_errors=True,
    )

    environment: Literal["development", "test", "production"] = Field(
        "development",
        validation_alias=_also("ENVIRONMENT", "ENVIRONMENT", "ENV"),
        description="In production a missing or weak secret is refused.",
    )
    host: str = Field("127.0.0.1", description="Address the API listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port the API listens on.")
    data_dir: Path = Field(Path(".data"), description="Where everything of one instance lies.")
    database_url: str = Field(
        "postgresql://localhost/taskyard",
        validation_alias=_also("DATABASE_URL", "DATABASE_URL"),
        description="PostgreSQL 15 or newer; `taskyard up` starts its own where none is set.",
    )
    database_pool: int = Field(10, ge=2, le=100, description="Connections per API process.")
    redis_enabled: bool = Field(
        True,
        validation_alias=_also("REDIS_ENABLED", "REDIS_ENABLED"),
        description="`false` does without Valkey, whatever address is set.",
    )
    redis_url: str | None = Field(
        None,
        validation_alias=_also("REDIS_URL", "REDIS_URL"),
        description="Valkey or Redis: live events, limits, hints. `redis://` or `unix://`.",
    )
    broker_url: str | None = Field(
        None, description="Celery's broker where it is not the Valkey above (`amqp://…`)."
    )
    secret_key: SecretStr = Field(
        SecretStr(""),
        validation_alias=_also("SECRET_KEY", "API_SECRET_KEY"),
        description="Signs tokens and links; 32 bytes or more. `taskyard up` makes and keeps one.",
    )
    public_url: str | None = Field(
        None, description="The address people use, where a proxy stands in front."
    )
    smtp_url: SecretStr | None = Field(
        None,
        description="Server that e-mail is handed to: `smtp://user:password@host:587` (STARTTLS), "
        "`smtps://…`, `smtp://host:25?tls=off`. Without one, no e-mail is sent.",
    )
    mail_from: str | None = Field(
        None, description="Who e-mail comes from: `Taskyard <taskyard@example.com>`."
    )
    registration: Literal["open", "invite", "closed"] = Field(
        "open", description="Who may make an account."
    )
    default_tier: Literal["free", "pro", "premium"] = Field(
        "premium", description="Everyone's tier while no billing provider is configured."
    )
    admin_email: EmailStr | None = Field(None, description="First admin, made at start.")
    admin_password: SecretStr | None = Field(None, description="The first admin's password.")
    password_min_length: int = Field(8, ge=8, le=64, description="Characters.")
    password_hasher: Literal["bcrypt", "argon2id"] = Field("bcrypt", description="For new hashes.")
    access_token_minutes: int = Field(15, ge=1, le=30, description="Life of an access token.")
    rate_limits: Literal["on", "off"] = Field(
        "on",
        validation_alias=_also("RATE_LIMITS", "ENABLE_RATE_LIMITING"),
        description="`off` lets everything through, for load tests.",
    )
    rates: dict[str, int | tuple[int, int, int]] = Field(
        {},
        description="Other numbers for the rates of limits.md, as JSON: one for all tiers, or one "
        'each for free, pro and premium: `{"login": 60, "user": [120, 240, 600]}`.',
    )
    trusted_proxies: Annotated[list[str], NoDecode] = Field(
        [], description="Addresses or networks whose X-Forwarded-For is believed, by comma."
    )
    cors_origins: Annotated[list[str], NoDecode] = Field(
        [], description="Web origins of other apps that may call the API, by comma."
    )
    outgoing_allow: Annotated[list[str], NoDecode] = Field(
        [],
        description="What people may have this server reach although it lies inside or speaks "
        "plain http: `git.internal`, `10.1.2.3:3000`, `10.1.0.0/16`, `[fd00::/8]`, by comma.",
    )
    dialects: Annotated[list[Literal["jobs", "builds", "tasks"]], NoDecode] = Field(
        ["jobs", "builds", "tasks"],
        description="Further contracts that are spoken (dialects.md), by comma; `none` for none.",
    )
    socket_token_in_url: bool = Field(
        True,
        description="`false` refuses access tokens in a socket's address (`?token=`), which "
        "proxies may log; tickets and headers still open one.",
    )
    storage_url: str | None = Field(
        None, description="`file:///path` or `s3://bucket/prefix`; default: the data directory."
    )
    sandbox: Literal["auto", "off"] = Field(
        "auto", description="`off` runs foreign code unprotected. Never on a shared machine."
    )
    worker_slots: int = Field(2, ge=1, le=64, description="Jobs one worker runs at once.")
    job_lease_seconds: int = Field(
        30, ge=3, le=600, description="How long a worker may be silent before its jobs go on."
    )
    retention_days: int = Field(
        365,
        ge=31,
        le=36_500,
        description="How long recorded API calls, jobs' events and files' access logs are kept, "
        "by whole months.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe log line that is written."
    )

    @field_validator("dialects", "trusted_proxies", "cors_origins", "outgoing_allow", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @field_validator("dialects", mode="before")
    @classmethod
    def _all_or_none(cls, value: object) -> object:
        # Runs before the one above: the last of them is the first.
        known = {"": [], "none": [], "all": cls.model_fields["dialects"].default}
        return known.get(value, value) if isinstance(value, str) else value

    @field_validator("redis_url")
    @classmethod
    def _without_valkey(cls, value: str | None, info: ValidationInfo) -> str | None:
        return value if info.data.get("redis_enabled", True) else None

    @field_validator("rates")
    @classmethod
    def _known_rates(
        cls, value: dict[str, int | tuple[int, int, int]]
    ) -> dict[str, int | tuple[int, int, int]]:
        with_changes(value)
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, values: list[str]) -> list[str]:
        for value in values:
            ipaddress.ip_network(value, strict=False)
        return values

    @field_validator("outgoing_allow")
    @classmethod
    def _reachable(cls, values: list[str]) -> list[str]:
        Rules(values)
        return values

    @field_validator("public_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        # Whether cookies are Secure hangs on its scheme.
        if value is not None and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", value):
            raise ValueError("it is no address such as https://yard.example.com")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            MailServer.parse(value.get_secret_value(), sender="taskyard@localhost")
        return value

    @field_validator("mail_from")
    @classmethod
    def _mail_sender(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None:
            MailServer.parse("smtp://localhost", sender=value)
        elif info.data.get("smtp_url") is not None:
            raise ValueError("say who e-mail comes from: Taskyard <taskyard@example.com>")
        return value

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, values: list[str]) -> list[str]:
        for value in values:
            # `*` would let every site on the web act with the cookies of who visits it.
            if not re.fullmatch(r"https?://[\w.-]+(:\d+)?", value):
                raise ValueError(f"{value!r} is no origin such as https://app.example.com")
        return values

    @field_validator("rate_limits", mode="before")
    @classmethod
    def _switch(cls, value: object) -> object:
        known = {"true": "on", "1": "on", "yes": "on", "false": "off", "0": "off", "no": "off"}
        return known.get(str(value).lower(), value)

    @field_validator("environment", mode="before")
    @classmethod
    def _environment(cls, value: object) -> object:
        known = {"dev": "development", "local": "development", "testing": "test"}
        known |= {"prod": "production", "staging": "production"}
        return known.get(str(value).lower(), str(value).lower())

    @model_validator(mode="after")
    def _refuse_weak_secret(self) -> Self:
        secret = self.secret_key.get_secret_value()
        if self.environment != "production" or not self.is_weak(secret):
            return self
        raise ValueError(
            "TASKYARD_SECRET_KEY is missing or weak. Set at least 32 random bytes, for example "
            "the output of: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )

    @staticmethod
    def is_weak(secret: str) -> bool:
        """Say whether a secret is too short, too plain or a known placeholder."""
        too_short = len(secret.encode()) < MIN_SECRET_BYTES
        return too_short or len(set(secret)) < 10 or bool(_WEAK_SECRETS.search(secret))

    @property
    def async_dsn(self) -> str:
        """The database's address for asyncpg, which sends on to the server what it does not know.

        Hosting services put libpq's own parameters into `DATABASE_URL`; the server refuses those.
        """
        return _LIBPQ_ONLY.sub("", self.sync_dsn).rstrip("?&")

    @property
    def sync_dsn(self) -> str:
        """The database's address for psycopg and libpq tools."""
        return re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", self.database_url)

    @property
    def mail_server(self) -> MailServer | None:
        """Where e-mail is handed over; None where none is sent."""
        if self.smtp_url is None or self.mail_from is None:
            return None
        return MailServer.parse(self.smtp_url.get_secret_value(), self.mail_from)

    @property
    def web_address(self) -> str:
        """Where people reach the web app, without a slash at its end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def celery_broker(self) -> str | None:
        """The broker in the spelling Celery understands (`redis+socket://` for a local socket)."""
        url = self.broker_url or self.redis_url
        return url.replace("unix://", "redis+socket://", 1) if url else None

    @property
    def blobs_url(self) -> str:
        """Where blobs lie."""
        return self.storage_url or (self.data_dir.resolve() / "blobs").as_uri()


@lru_cache
def get_settings() -> Settings:
    """Return this process's settings."""
    return Settings()
