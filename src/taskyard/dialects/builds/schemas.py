"""What clients of the contract builds send and get back."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from taskyard.accounts.schemas import PasswordText
from taskyard.core.schemas import In, Out
from taskyard.runners.analysis.report import ALL_TYPES, AnalysisType

#: No part of a path, nor anything that stands for one: not only dots.
ProjectName = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=100, pattern=r"^[A-Za-z0-9._-]*[A-Za-z0-9_-][A-Za-z0-9._-]*$"
    ),
]
Working = Literal["operational", "down", "disabled"]


class SignIn(In):
    """A sign-in."""

    username: Annotated[str, StringConstraints(min_length=1, max_length=254)] = Field(
        description="The account's username, or its e-mail."
    )
    password: PasswordText


class TokenPair(Out):
    """What a client signs in to."""

    access_token: str = Field(
        description="A JWT with `sub`, `username`, `role`, `permissions`, `iat` and `exp`."
    )
    token_type: Literal["bearer"]
    refresh_token: str
    expires_in: int = Field(description="Seconds the access token lives.")


class AnalysisAsk(In):
    """An analysis to ask for."""

    project_name: ProjectName = Field(
        description="A project of yours, made on first use.", examples=["shop"]
    )
    analysis_types: Annotated[list[AnalysisType], Field(min_length=1, max_length=4)] = Field(
        default=list(ALL_TYPES)
    )


class Healthy(Out):
    """The server answers."""

    status: Literal["healthy"]
    timestamp: datetime
    version: str


class Ready(Out):
    """The server can take work."""

    status: Literal["ready"]
    timestamp: datetime


class Alive(Out):
    """The process answers."""

    status: Literal["alive"]
    timestamp: datetime


class Components(Out):
    """What the server stands on."""

    api: Working
    database: Working
    cache: Working
    security: Working = Field(description="`disabled` while requests are not limited.")


class Metrics(Out):
    """What this process measured of itself."""

    uptime_seconds: float
    requests_total: int
    requests_per_second: float = Field(description="The mean of the last minute.")
    memory_percent: float = Field(description="Of the machine's memory.")
    cpu_percent: float = Field(description="Of one processor, since this was last asked.")


class StatusRead(Out):
    """How the server is."""

    status: Literal["operational", "degraded"]
    timestamp: datetime
    version: str
    components: Components
    metrics: Metrics
