"""Settings come from the environment, under our names and the ones hosting services set."""

import os
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from taskyard.core.settings import Settings, get_settings

STRONG = "k9Xw2-vQ7rLz4TfYb8NcHd3MpJs6Gu1E-AaBbCcDd"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("TASKYARD_") or name in {"ENV", "ENVIRONMENT", "DATABASE_URL"}:
            monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("variable", "value", "field", "read"),
    [
        ("TASKYARD_PORT", "9000", "port", 9000),
        ("TASKYARD_DATA_DIR", "/srv/yard", "data_dir", Path("/srv/yard")),
        ("TASKYARD_DATABASE_URL", "postgres://h/a", "database_url", "postgres://h/a"),
        ("DATABASE_URL", "postgres://h/b", "database_url", "postgres://h/b"),
        ("TASKYARD_REDIS_URL", "redis://h", "redis_url", "redis://h"),
        ("REDIS_URL", "unix:///x", "redis_url", "unix:///x"),
        ("ENVIRONMENT", "test", "environment", "test"),
        ("ENVIRONMENT", "Testing", "environment", "test"),
        ("ENV", "dev", "environment", "development"),
        ("ENV", "local", "environment", "development"),
        ("ENABLE_RATE_LIMITING", "false", "rate_limits", "off"),
        ("TASKYARD_RATE_LIMITS", "1", "rate_limits", "on"),
        ("TASKYARD_TRUSTED_PROXIES", "10.0.0.0/8, ::1,", "trusted_proxies", ["10.0.0.0/8", "::1"]),
        ("TASKYARD_CORS_ORIGINS", "https://a.io", "cors_origins", ["https://a.io"]),
        ("TASKYARD_PUBLIC_URL", "https://a.io/", "public_url", "https://a.io/"),
        ("taskyard_worker_slots", "4", "worker_slots", 4),
    ],
)
def test_a_variable_sets_its_field(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, field: str, read: object
) -> None:
    monkeypatch.setenv(variable, value)
    assert getattr(Settings(), field) == read


@pytest.mark.parametrize("variable", ["REDIS_ENABLED", "TASKYARD_REDIS_ENABLED"])
@pytest.mark.parametrize("address", ["REDIS_URL", "TASKYARD_REDIS_URL"])
def test_valkey_can_be_done_without(
    monkeypatch: pytest.MonkeyPatch, variable: str, address: str
) -> None:
    monkeypatch.setenv(address, "redis://h")
    assert Settings().redis_url == "redis://h"
    monkeypatch.setenv(variable, "false")
    assert Settings().redis_url is None
    assert Settings().celery_broker is None


@pytest.mark.parametrize("variable", ["TASKYARD_SECRET_KEY", "API_SECRET_KEY"])
def test_the_secret_has_two_names(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, STRONG)
    assert Settings().secret_key.get_secret_value() == STRONG
    assert STRONG not in repr(Settings())


def test_our_own_name_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://host/theirs")
    monkeypatch.setenv("TASKYARD_DATABASE_URL", "postgres://host/ours")
    assert Settings().database_url == "postgres://host/ours"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TASKYARD_PORT", "70000"),
        ("ENV", "moon"),
        ("TASKYARD_TRUSTED_PROXIES", "10.0.0.0/8,proxy.local"),
        ("TASKYARD_CORS_ORIGINS", "*"),
        ("TASKYARD_CORS_ORIGINS", "https://*.example.com"),
        ("TASKYARD_CORS_ORIGINS", "null"),
        ("TASKYARD_CORS_ORIGINS", "https://a.io/"),
        ("TASKYARD_PUBLIC_URL", "yard.example.com"),
        ("TASKYARD_PUBLIC_URL", "https://yard.example.com?x=1"),
        ("TASKYARD_ADMIN_EMAIL", "nobody"),
        ("TASKYARD_ACCESS_TOKEN_MINUTES", "31"),
        ("TASKYARD_RATE_LIMITS", "maybe"),
        ("TASKYARD_SMTP_URL", "mail.example.com"),
        ("TASKYARD_MAIL_FROM", "Taskyard"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValidationError):
        Settings()


def test_mail_has_a_server_and_a_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().mail_server is None
    monkeypatch.setenv("TASKYARD_MAIL_FROM", "Yard <yard@example.com>")
    assert Settings().mail_server is None
    monkeypatch.setenv("TASKYARD_SMTP_URL", "smtp://me:a%20secret@mail.example.com")
    server = Settings().mail_server
    assert server is not None
    assert (server.host, server.password) == ("mail.example.com", "a secret")
    assert str(server.sender) == "Yard <yard@example.com>"
    assert "secret" not in repr(Settings().smtp_url) + repr(server)
    monkeypatch.delenv("TASKYARD_MAIL_FROM")
    with pytest.raises(ValidationError, match="say who e-mail comes from") as refused:
        Settings()
    assert "secret" not in str(refused.value)


WEAK = [
    "",
    "short",
    "0123456789abcdef0123456789abcde",
    "a" * 64,
    "ababababababababababababababababab",
    "please-change-me-" + STRONG,
    "my-secret-" + STRONG,
    "password" + STRONG,
]


@pytest.mark.parametrize("environment", ["production", "prod", "staging"])
@pytest.mark.parametrize("secret", WEAK)
def test_a_weak_secret_is_refused_in_production(
    monkeypatch: pytest.MonkeyPatch, environment: str, secret: str
) -> None:
    monkeypatch.setenv("ENVIRONMENT", environment)
    monkeypatch.setenv("TASKYARD_SECRET_KEY", secret)
    with pytest.raises(ValidationError, match="token_urlsafe") as refused:
        Settings()
    assert not secret or secret not in str(refused.value)


def test_a_strong_secret_is_taken_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("API_SECRET_KEY", STRONG)
    assert Settings().environment == "production"


@pytest.mark.parametrize("secret", WEAK)
def test_a_weak_secret_is_taken_on_a_developers_machine(secret: str) -> None:
    assert Settings.is_weak(secret)
    assert Settings(secret_key=SecretStr(secret)).environment == "development"


@pytest.mark.parametrize(
    "scheme", ["postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg"]
)
def test_any_postgres_address_serves_both_drivers(scheme: str) -> None:
    settings = Settings(database_url=f"{scheme}://u:p@h:1/d?sslmode=require")
    assert settings.async_dsn == "postgresql://u:p@h:1/d?sslmode=require"
    assert settings.sync_dsn == "postgresql://u:p@h:1/d?sslmode=require"


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("?sslmode=require&channel_binding=require", "?sslmode=require"),
        ("?channel_binding=require&sslmode=require", "?sslmode=require"),
        ("?connect_timeout=10", ""),
        ("?keepalives=1&keepalives_idle=30&host=%2Frun", "?host=%2Frun"),
    ],
)
def test_parameters_only_libpq_reads_do_not_reach_asyncpg(query: str, kept: str) -> None:
    settings = Settings(database_url=f"postgres://u:p@h:1/d{query}")
    assert settings.async_dsn == f"postgresql://u:p@h:1/d{kept}"
    assert settings.sync_dsn == f"postgresql://u:p@h:1/d{query}"


def test_the_broker_is_valkey_unless_another_is_named() -> None:
    assert Settings().celery_broker is None
    assert Settings(redis_url="unix:///run/v").celery_broker == "redis+socket:///run/v"
    assert Settings(redis_url="redis://h", broker_url="amqp://q").celery_broker == "amqp://q"


def test_blobs_lie_in_the_data_directory_unless_elsewhere_is_named(tmp_path: Path) -> None:
    assert Settings(data_dir=tmp_path).blobs_url == f"file://{tmp_path}/blobs"
    assert Settings(storage_url="s3://bucket/yard").blobs_url == "s3://bucket/yard"


def test_settings_are_read_once_and_cannot_be_changed() -> None:
    assert get_settings() is get_settings()
    with pytest.raises(ValidationError, match="frozen"):
        get_settings().port = 1  # type: ignore[misc]
