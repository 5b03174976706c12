"""Analyses from upload to report, by a real worker in a real sandbox."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from taskyard.core.platform import Platform
from taskyard.jobs.models import Job
from taskyard.runners.analysis import kind
from taskyard.runners.analysis.rules import RULESET
from tests.analyses.conftest import BAD, GOOD, Yard
from tests.conftest import Api
from tests.world import World


async def test_an_analysis_ends_with_a_score_findings_and_coverage(yard: Yard) -> None:
    analysis = await yard.analysed(BAD)
    assert analysis["status"] == "completed"
    assert analysis["number"] == 1
    assert 0 < analysis["quality_score"] < 10
    assert analysis["counts"]["high"] == 1
    assert analysis["coverage_percent"] is not None
    listed = (await yard.client.get(f"{yard.url}/analyses/{analysis['id']}/findings")).json()
    worst = listed["items"][0]
    assert (worst["rule"], worst["file"], worst["line"]) == ("B602", "shop/run.py", 5)
    assert worst["cwe"] == "CWE-78"
    assert any(line["number"] == 5 for line in worst["excerpt"])


async def test_the_next_run_says_what_is_new_gone_and_unchanged(yard: Yard) -> None:
    first = await yard.analysed(BAD, analysis_types=["quality", "security"])
    moved = BAD | {"shop/run.py": "# moved down\n\n" + BAD["shop/run.py"]}
    second = await yard.analysed(moved, analysis_types=["quality", "security"])
    third = await yard.analysed(GOOD, analysis_types=["quality", "security"])
    fourth = await yard.analysed(moved, analysis_types=["quality", "security"])

    assert first["counts"]["new"] == 0, "the first run has nothing to compare with"
    assert second["previous"]["number"] == 1
    assert (second["counts"]["new"], second["counts"]["gone"]) == (0, 0), "moved is not new"
    assert second["counts"]["unchanged"] == sum(_by_severity(second).values())
    assert third["counts"]["gone"] == second["counts"]["unchanged"]
    assert third["quality_score"] > second["quality_score"]
    assert fourth["counts"]["new"] == second["counts"]["unchanged"]

    gone = await _findings(yard, third, state="gone")
    assert {item["rule"] for item in gone} >= {"B602"}
    assert {item["state"] for item in gone} == {"gone"}
    new = await _findings(yard, fourth, state="new")
    assert len(new) == fourth["counts"]["new"]
    assert {item["since"] for item in new} == {4}


async def test_the_same_source_again_reuses_the_result(yard: Yard) -> None:
    first = await yard.analysed(BAD, analysis_types=["security"])
    again = await yard.finished((await yard.start(analysis_types=["security"]))["id"])
    fresh = await yard.finished((await yard.start(analysis_types=["security"], fresh=True))["id"])
    job = (await yard.client.get(f"/api/v1/jobs/{again['id']}")).json()["data"]
    assert job["reused_from"] == first["id"]
    assert again["quality_score"] == first["quality_score"] == fresh["quality_score"]
    assert again["counts"]["unchanged"] == sum(_by_severity(first).values())
    assert await _findings(yard, again) == [
        item | {"state": "open"} for item in await _findings(yard, first)
    ]
    fresh_job = (await yard.client.get(f"/api/v1/jobs/{fresh['id']}")).json()["data"]
    assert fresh_job["reused_from"] is None


async def test_a_result_is_known_by_the_machine_it_came_from(
    yard: Yard, platform: Platform
) -> None:
    analysis = await yard.analysed(GOOD, analysis_types=["security"])
    async with platform.database.session() as db:
        job = await db.get_one(Job, UUID(analysis["id"]))
    here = await kind.machine(platform)
    assert here == f":{RULESET}:full"
    assert job.cache_key == f"{analysis['source_id']}:security{here}"
    off = platform.settings.model_copy(update={"sandbox": "off"})
    assert await kind.machine(replace(platform, settings=off)) == f":{RULESET}:none"


@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        ("json", "application/json"),
        ("sarif", "application/sarif+json"),
        ("html", "text/html; charset=utf-8"),
    ],
)
async def test_a_report_is_exported(yard: Yard, form: str, media_type: str) -> None:
    analysis = await yard.analysed(BAD, analysis_types=["security"])
    answer = await yard.client.get(f"{yard.url}/analyses/{analysis['id']}/export/{form}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media_type
    assert f'filename="analysis-1.{form}"' in answer.headers["content-disposition"]
    assert "B602" in answer.text


async def test_a_report_page_lacks_nothing_but_its_findings(yard: Yard) -> None:
    analysis = await yard.analysed(BAD)
    report = (await yard.client.get(f"{yard.url}/analyses/{analysis['id']}/report")).json()["data"]
    assert report["quality_score"] == analysis["quality_score"]
    assert report["hot_spots"][0]["file"] == "shop/run.py"
    assert report["coverage"]["percent"] == analysis["coverage_percent"]
    assert {tool["name"] for tool in report["tools"]} >= {"ruff", "bandit", "mypy", "complexipy"}
    assert "findings" not in report


async def test_findings_are_filtered_and_paged(yard: Yard) -> None:
    analysis = await yard.analysed(BAD)
    high = await _findings(yard, analysis, severity="high")
    assert {item["severity"] for item in high} == {"high"}
    typed = await _findings(yard, analysis, kind="security", q="shell")
    assert typed
    assert all("shell" in item["title"].lower() for item in typed)
    everything = await _findings(yard, analysis, page_size=100)
    one_by_one = [
        (await _findings(yard, analysis, page_size=1, page=page))[0]
        for page in range(1, len(everything) + 1)
    ]
    assert one_by_one == everything


async def test_an_analysis_without_source_is_refused_and_leaves_nothing(
    api: Api, world: World
) -> None:
    maya = await world.account()
    project = await world.project(owner=maya)
    url = f"/api/v1/projects/{project.id}"
    answer = await api(as_=maya).post(f"{url}/analyses", json={})
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "SOURCE_MISSING"
    assert (await api(as_=maya).get(f"{url}/jobs")).json()["total"] == 0
    assert (await api(as_=maya).get(f"{url}/analyses")).json()["total"] == 0


async def test_a_project_named_for_the_first_time_stays_where_the_refusal_names_it(
    api: Api, world: World
) -> None:
    client = api(as_=await world.account())
    asked = {"kind": "analysis", "parameters": {"project_name": "Shop"}}
    answer = await client.post("/api/v1/jobs", json=asked)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "SOURCE_MISSING")
    project = f"/api/v1/projects/{answer.json()['error']['details']['project_id']}"
    assert (await client.get(project)).json()["data"]["name"] == "Shop"


async def test_another_projects_snapshot_is_no_source(yard: Yard, api: Api, world: World) -> None:
    snapshot = await yard.give(GOOD)
    other = await world.account()
    project = await world.project(owner=other)
    answer = await api(as_=other).post(
        f"/api/v1/projects/{project.id}/analyses", json={"snapshot_id": snapshot}
    )
    assert answer.status_code == 409


async def test_strangers_see_no_analysis(yard: Yard, api: Api, world: World) -> None:
    analysis = await yard.analysed(GOOD, analysis_types=["quality"])
    stranger = api(as_=await world.account())
    for path in ("", "/report", "/findings", "/export/json"):
        answer = await stranger.get(f"{yard.url}/analyses/{analysis['id']}{path}")
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "PROJECT_NOT_FOUND"
    own = await world.project(owner=yard.owner)
    elsewhere = await yard.client.get(f"/api/v1/projects/{own.id}/analyses/{analysis['id']}")
    assert elsewhere.json()["error"]["code"] == "ANALYSIS_NOT_FOUND"


async def test_a_report_is_refused_until_it_is_there(yard: Yard) -> None:
    await yard.give(GOOD)
    analysis = await yard.start(analysis_types=["quality"], fresh=True)
    answer = await yard.client.get(f"{yard.url}/analyses/{analysis['id']}/report")
    if answer.status_code != 200:  # it may just have finished
        assert answer.json()["error"]["code"] == "ANALYSIS_NOT_READY"
    ended = await yard.finished(analysis["id"])
    assert ended["status"] == "completed", str(ended["failure"])


async def _findings(yard: Yard, analysis: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    answer = await yard.client.get(f"{yard.url}/analyses/{analysis['id']}/findings", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def _by_severity(analysis: dict[str, Any]) -> dict[str, int]:
    return {name: analysis["counts"][name] for name in ("high", "medium", "low", "info")}
