"""The templates that are built in."""

from typing import Final, NamedTuple

from taskyard.tasks.types import Priority
from taskyard.templates.schemas import Content, StarterTask, Word

_GREY, _BLUE, _GREEN, _VIOLET, _ROSE, _OCHRE = (
    "#8a8f98",
    "#2f6fd6",
    "#1e8e5a",
    "#8e5bd0",
    "#c2456b",
    "#b58a1b",
)


class BuiltIn(NamedTuple):
    """A template that is built in, by its id."""

    id: str
    name: str
    description: str
    content: Content


def _task(
    title: str,
    description: str = "",
    *labels: str,
    after: tuple[int, ...] = (),
    part_of: int | None = None,
    priority: Priority = "medium",
) -> StarterTask:
    return StarterTask(
        title=title,
        description=description,
        status="todo",
        priority=priority,
        labels=list(labels),
        estimate=None,
        parent=part_of,
        depends_on=list(after),
    )


def _words(**colors: str) -> list[Word]:
    return [Word(name=name.replace("_", " "), color=color) for name, color in colors.items()]


BUILT_IN: Final = (
    BuiltIn(
        "software",
        "Software project",
        "From an empty repository to a first release that others can use.",
        Content(
            tags=_words(software=_BLUE),
            labels=_words(bug=_ROSE, feature=_BLUE, chore=_GREY, docs=_GREEN, security=_OCHRE),
            tasks=[
                _task("Say what it is for, and for whom", "One page. What is *not* in it?", "docs"),
                _task("Set up the repository", "README, licence, formatter, linter.", "chore"),
                _task("Run the tests on every change", "", "chore", after=(1,)),
                _task(
                    "Analyse the source",
                    "The report says where to begin.",
                    after=(1,),
                ),
                _task("Build the first thing somebody can try", "", "feature", after=(0, 1)),
                _task("Show it to three people and write down what they say", after=(4,)),
                _task(
                    "Fix what is high in the report", "", "security", after=(3,), priority="high"
                ),
                _task("Release 0.1", "", "feature", after=(2, 5, 6), priority="high"),
            ],
        ),
    ),
    BuiltIn(
        "bugs",
        "Bug tracking",
        "One place for what is broken, with labels for where and how badly.",
        Content(
            tags=_words(support=_ROSE),
            labels=_words(
                bug=_ROSE, regression=_OCHRE, crash=_VIOLET, cannot_repeat=_GREY, duplicate=_GREY
            ),
            tasks=[
                _task(
                    "Write down how to report a bug",
                    "What was done, what was expected, what came instead; version; log.",
                ),
                _task("Agree what urgent means, and who is woken for it"),
                _task("Go through what is reported, once a week", after=(0, 1)),
            ],
        ),
    ),
    BuiltIn(
        "launch",
        "Launch",
        "What has to be ready, in which order, on the day something goes out.",
        Content(
            tags=_words(launch=_VIOLET),
            labels=_words(product=_BLUE, words=_GREEN, legal=_OCHRE, operations=_VIOLET),
            tasks=[
                _task("Choose the day", "And until when it can be moved.", priority="high"),
                _task("Write the announcement", "", "words", after=(0,)),
                _task("Check names, terms and privacy", "", "legal"),
                _task("Rehearse the release, and taking it back", "", "operations", after=(0,)),
                _task("Take it back once", "", "operations", part_of=3),
                _task("Tell support what will be asked", "", "words", after=(1,)),
                _task("Go", "", "product", after=(1, 2, 3, 5), priority="urgent"),
                _task("Look back after a week", after=(6,)),
            ],
        ),
    ),
    BuiltIn(
        "week",
        "Week plan",
        "A board for a small team that plans on Monday and looks back on Friday.",
        Content(
            tags=_words(team=_GREEN),
            labels=_words(focus=_BLUE, waiting=_OCHRE, quick=_GREEN),
            tasks=[
                _task("Plan the week together", "What matters most? What is left over?", "focus"),
                _task("Answer what waits for us", "", "waiting"),
                _task("Look back on Friday", "What went well? What do we change?", after=(0,)),
            ],
        ),
    ),
)
