"""Someone with a project, for the tests of files."""

from uuid import UUID

import pytest

from tests.world import Account, World


@pytest.fixture
async def owner(world: World) -> Account:
    """Someone who is signed in."""
    return await world.account()


@pytest.fixture
async def project_id(world: World, owner: Account) -> UUID:
    """A project of the owner's."""
    return (await world.project(owner=owner)).id
