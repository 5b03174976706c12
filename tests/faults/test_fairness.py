"""Fault 14: somebody asks for very many jobs, and somebody else for a few."""

import pytest

from taskyard.core.limits import TIERS
from tests.faults.figures import Figures, Row
from tests.faults.modes import rounds, within
from tests.faults.twins import nowhere, twin
from tests.faults.yard import Yard

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

_TIER = "pro"
_JOB_S = 1.0
#: Seconds from the first of these jobs being asked for until one of them was at work.
_FIRST_START = """
SELECT extract(epoch FROM min(at) FILTER (WHERE name = 'job.started')
                        - min(at) FILTER (WHERE name = 'job.queued'))
  FROM job_events WHERE job_id = ANY(:ids)
"""
#: How many of somebody's jobs were at work at once, at most; counted at every event.
_MOST_AT_ONCE = """
SELECT max(at_work) FROM (
  SELECT sum(CASE name WHEN 'job.started' THEN 1 ELSE -1 END) OVER (ORDER BY at, name) AS at_work
    FROM job_events JOIN jobs ON jobs.id = job_events.job_id
   WHERE owner_id = :owner AND name IN ('job.started', 'job.completed')
) AS counted
"""


async def few_do_not_wait_for_many(yard: Yard, row: Row, *, many: int) -> None:
    """Queue many jobs of one account, then a few of another."""
    greedy, modest = [await yard.someone(tier=_TIER) for _ in range(2)]
    drill = {"steps": 2, "pause": _JOB_S / 2}
    first = await yard.ask(greedy, **drill)
    for _ in range(many - 1):
        await yard.ask(greedy, **drill)
    await yard.wait(first, lambda job: job.attempt > 0, "one of the many begins")
    few = [await yard.ask(modest, **drill) for _ in range(5)]
    await yard.finished(few)
    waited = float((await yard.rows(_FIRST_START, ids=few))[0][0])
    most = (await yard.rows(_MOST_AT_ONCE, owner=greedy.id))[0][0]
    row.note(f"the few waited {waited:.1f} s, the many had {most} at once")
    assert most <= TIERS[_TIER].jobs_at_once, "nobody has more than their number at work"
    assert waited < within(_JOB_S), "the few begin within the length of a job"
    await yard.hold_to_the_invariants(row, few)


async def test_14_few_do_not_wait_for_many(yard: Yard, figures: Figures) -> None:
    row = figures.row("14", "one account asks for very many jobs")
    await few_do_not_wait_for_many(yard, row, many=rounds(short=40, long=1000))
    await yard.well()


@twin("the choice of whose turn it is")
async def test_14_twin(ruined: Yard) -> None:
    with ruined.switched("off: fairness"):
        await few_do_not_wait_for_many(ruined, nowhere(), many=12)
