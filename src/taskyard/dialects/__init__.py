"""Dialects: other published contracts over the same services.

A dialect translates paths, bodies and refusals, and calls what `/api/v1` calls. It holds no rule,
no query and no permission check, so that nothing can be done by it that cannot be done by the
canonical API, and whatever is made by one is seen by all.

    jobs/, builds/, tasks/  the dialects: wording of refusals, schemas, routes, sockets
    dialect         what a dialect is, and the application it becomes
    front           which application a request belongs to
    naming, record  what they share: opaque ids, an analysis in the contracts' words
    reference       the page that documents a dialect
"""

from typing import Final

from taskyard.dialects.builds import BUILDS
from taskyard.dialects.dialect import Dialect
from taskyard.dialects.front import FrontDoor
from taskyard.dialects.jobs import JOBS
from taskyard.dialects.tasks import TASKS

DIALECTS: Final = (JOBS, BUILDS, TASKS)

__all__ = ["DIALECTS", "Dialect", "FrontDoor"]
