"""The tables of what a tier may use: order, numbers, and how an operator changes them."""

import pytest
from pydantic import ValidationError

from taskyard.core.limits import RATES, TIERS, TierLimitExceeded, tier_limits, with_changes
from taskyard.core.settings import Settings
from tests.conftest import Api
from tests.world import World


def test_an_unknown_tier_counts_as_the_lowest() -> None:
    assert tier_limits("gold") == TIERS["free"]
    assert RATES["user"].limit("gold") == RATES["user"].free


def test_a_higher_tier_never_allows_less() -> None:
    for lower, higher in zip(list(TIERS.values()), list(TIERS.values())[1:], strict=False):
        for name, limit in vars(lower).items():
            if name != "queue_priority":
                more = getattr(higher, name)
                assert more is None or (limit is not None and more >= limit), name
    for name, rate in RATES.items():
        assert rate.free <= rate.pro <= rate.premium, name


@pytest.mark.parametrize(("tier", "next_tier"), [("free", "pro"), ("pro", "premium")])
def test_a_tiers_end_names_the_tier_above(tier: str, next_tier: str | None) -> None:
    error = TierLimitExceeded(limit_type="projects", limit=3, used=3, tier=tier)
    assert error.details["recommended_tier"] == next_tier
    assert TierLimitExceeded(limit=3, tier="premium").details["recommended_tier"] is None


def test_the_numbers_are_those_of_the_contract() -> None:
    by_tier = {name: (rate.free, rate.pro, rate.premium) for name, rate in RATES.items()}
    assert by_tier["user"] == (60, 120, 300)
    assert by_tier["build_create"] == (10, 10, 30)
    assert by_tier["analysis_create"] == (5, 5, 15)
    assert (by_tier["ip"], by_tier["session"]) == ((100,) * 3, (600,) * 3)
    assert (by_tier["login_email"], RATES["login_email"].window) == ((10,) * 3, 3600)


def test_an_operator_changes_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASKYARD_RATES", '{"login": 60, "user": [120, 240, 600]}')
    rates = with_changes(Settings().rates)
    assert [rates["user"].limit(tier) for tier in TIERS] == [120, 240, 600]
    assert [rates["login"].limit(tier) for tier in TIERS] == [60, 60, 60]
    assert rates["login"].window == RATES["login"].window
    assert rates["upload"] == RATES["upload"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ('{"lunch": 5}', "there is no rate 'lunch'; there are user, session, ip"),
        ('{"login": 0}', "login: at least 1 hit"),
        ('{"user": [60, 0, 300]}', "user: at least 1 hit"),
        ('{"user": [60, 120]}', "rates.user"),
        ('{"user": "many"}', "rates.user"),
    ],
)
def test_numbers_that_cannot_be_meant_are_refused(
    monkeypatch: pytest.MonkeyPatch, given: str, said: str
) -> None:
    monkeypatch.setenv("TASKYARD_RATES", given)
    with pytest.raises(ValidationError, match=said.replace("[", r"\[")):
        Settings()


async def test_everybody_can_read_what_they_may_use(api: Api, world: World) -> None:
    pro = await world.account(tier="pro")
    data = (await api(as_=pro).get("/api/v1/limits")).json()["data"]
    assert (data["requests_per_minute"], data["analyses_per_minute"]) == (120, 5)
    assert (data["builds_per_minute"], data["projects"], data["jobs_per_month"]) == (10, 25, 1000)
