"""Which rows are ranked: the newest of what is found, by a way that suits how much there is.

A search goes one of three ways, chosen by looking at little, since PostgreSQL cannot know how
often a word stands that comes as a parameter:

- whoever may see few rows has them all looked at, project by project;
- a word that stands in many of the newest rows is looked for backwards from the newest;
- any other word comes from its index.

The ways find the same. What is found despite a typo goes the same ways, and is added where little
was found as written.
The conditions that no index is to be used for are asked `IS TRUE`; `OFFSET 0` keeps PostgreSQL from
looking through all rows in the order of their ids, in the hope of meeting enough of them soon.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

#: So many are ranked: of more matches the newest.
MOST: Final = 500
#: Typos are forgiven where fewer are found as written; then so many are added, the newest.
ENOUGH: Final = 20
MOST_ALIKE: Final = 50
#: How many of the newest rows say how often something stands.
_SAMPLE: Final = 200
#: How far back what is frequent is looked for before its index is asked after all.
_BACK: Final = 20_000

#: The caller's projects: `$6` alone, where it is given.
MINE: Final = """
    SELECT m.project_id AS id, p.key FROM memberships m
        JOIN projects p ON p.id = m.project_id AND p.deleted_at IS NULL
    WHERE m.user_id = caller.user_id AND ($6::uuid IS NULL OR m.project_id = $6)"""


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for in a table with an `id` that grows and a `project_id`."""

    table: str
    #: Which of its rows can be found at all, in words of an index.
    live: str
    #: Holds the words as written, and holds something like them.
    exact: str
    alike: str
    #: Whatever else is asked of them.
    narrowed: Sequence[str] = ()
    #: The condition of those that are meant by their number, if any can be.
    numbered: str | None = None
    #: Whoever sees no more rows than these has all of them looked at.
    few: int = 2_000


def candidates(sought: Sought) -> str:
    """Return the `WITH` clauses that end in `found (id)`: the rows that are to be ranked."""
    table, few = sought.table, sought.few
    always, poor = "true", "(SELECT yes FROM poor)"
    return f"""
    mine AS MATERIALIZED ({MINE}),
    sight AS MATERIALIZED (SELECT count(*) <= {few} AS few FROM (
        SELECT FROM mine, LATERAL (SELECT FROM {table} WHERE {table}.project_id = mine.id
            LIMIT {few + 1}) one LIMIT {few + 1}) seen),
    {_ways(sought, "exact", sought.exact, always, most=MOST, frequent=5)},
    exact AS MATERIALIZED (SELECT id FROM exact_found {_by_number(sought)}),
    poor AS MATERIALIZED (SELECT count(*) < {ENOUGH} AS yes FROM exact),
    {_ways(sought, "alike", sought.alike, poor, most=MOST_ALIKE, frequent=50)},
    found AS MATERIALIZED (SELECT id FROM exact UNION SELECT id FROM alike_found),"""  # noqa: S608


def _ways(
    sought: Sought, name: str, condition: str, asked: str, *, most: int, frequent: int
) -> str:
    """Return the clauses that end in `name_found (id)`: the newest rows that meet a condition.

    It is frequent where it holds of one row in so many. Nothing is looked at unless it is `asked`.
    """
    table = sought.table
    newest = f"(SELECT * FROM {table} ORDER BY id DESC LIMIT"  # noqa: S608
    fits = "".join(f" AND ({one}) IS TRUE" for one in (sought.live, *sought.narrowed))
    in_mine = f"({table}.project_id IN (SELECT id FROM mine)) IS TRUE"  # noqa: S608
    much = f"{asked} AND NOT (SELECT few FROM sight)"  # noqa: S608
    return f"""
    {name}_nearby AS MATERIALIZED (
        SELECT one.id FROM mine, LATERAL (SELECT {table}.id FROM {table}
            WHERE {table}.project_id = mine.id AND ({condition}) IS TRUE{fits}) one
        WHERE {asked} AND (SELECT few FROM sight) ORDER BY one.id DESC LIMIT {most}),
    {name}_sample AS MATERIALIZED (
        SELECT count(*) FILTER (WHERE {condition}) * {frequent} >= count(*) AS frequent
        FROM {newest} {_SAMPLE}) {table} WHERE {much}),
    {name}_backwards AS MATERIALIZED (
        SELECT {table}.id FROM {newest} {_BACK}) {table}
        WHERE {much} AND (SELECT frequent FROM {name}_sample)
            AND {in_mine} AND ({condition}) IS TRUE{fits} LIMIT {most}),
    {name}_indexed AS MATERIALIZED (
        SELECT id FROM (SELECT {table}.id FROM {table}
            WHERE {condition} AND {sought.live} AND {in_mine}{fits}
                AND {much} AND (SELECT count(*) < {most} FROM {name}_backwards)
            OFFSET 0) hits ORDER BY id DESC LIMIT {most}),
    {name}_found AS MATERIALIZED (SELECT id FROM {name}_nearby
        UNION SELECT id FROM {name}_backwards UNION SELECT id FROM {name}_indexed
        ORDER BY id DESC LIMIT {most})"""  # noqa: S608


def _by_number(sought: Sought) -> str:
    if sought.numbered is None:
        return ""
    table = sought.table
    fits = "".join(f" AND ({one}) IS TRUE" for one in (sought.live, *sought.narrowed))
    return f"""UNION SELECT one.id FROM mine, LATERAL (SELECT {table}.id FROM {table}
        WHERE {table}.project_id = mine.id AND {sought.numbered}{fits}) one"""  # noqa: S608
