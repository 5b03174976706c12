"""What clients ask of analytics and get back."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from taskyard.core.schemas import NumberedPageQuery, Out, Page

Bucket = Literal["hour", "day"]
#: Within what the ids of calls can say.
Moment = Annotated[
    AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC))
]


class ApiCallWindow(BaseModel):
    """Which calls are asked for."""

    model_config = ConfigDict(extra="forbid")

    since: Moment | None = Field(
        None, description="The first moment, with its offset; 7 days before `until` by default."
    )
    until: Moment | None = Field(None, description="The moment after the last; now.")
    user: Annotated[
        UUID | Literal["me", "all"],
        Field(description="Whose; administrators may name another account, or `all`."),
    ] = "me"
    sort: Literal["-calls", "-errors", "-p95_ms", "endpoint"] = "-calls"


class ApiCallQuery(ApiCallWindow, NumberedPageQuery):
    """Which calls are asked for, and whether as a series."""

    bucket: Bucket | None = Field(
        None, description="Adds a series by hour (14 days at most) or by day, in UTC."
    )


class CallFigures(Out):
    """Calls in figures."""

    calls: int
    errors: int = Field(description="Those answered with a status of 400 or more.")
    mean_ms: float | None = Field(description="Until the answer began; null where none was made.")
    p50_ms: float | None
    p95_ms: float | None


class CallBucket(CallFigures):
    """The calls of one hour or day."""

    at: datetime = Field(description="When it began.")


class CallSeries(CallFigures):
    """Calls in figures, in all and by time."""

    series: list[CallBucket] | None = Field(
        description="In the order of time, without those in which nothing was asked."
    )


class EndpointCalls(CallSeries):
    """The calls of one endpoint by one method."""

    endpoint: str = Field(
        description="The route's template; `unmatched` where no route has the address.",
        examples=["/api/v1/jobs/{job_id}"],
    )
    method: str


class ApiCallPage(Page[EndpointCalls]):
    """A page of endpoints, and all calls together."""

    since: datetime
    until: datetime
    bucket: Bucket | None
    overall: CallSeries
