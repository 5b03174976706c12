"""The one object tests make things with."""

from uuid import UUID

from taskyard.accounts.access import Accounts, actor_for
from taskyard.accounts.models import Session, User
from taskyard.core.access import Actor, Role, Tier
from taskyard.core.platform import Platform
from taskyard.core.uow import unit_of_work
from taskyard.kit.ids import uuid7
from taskyard.projects import service as projects
from taskyard.projects.models import Membership, Project
from taskyard.projects.schemas import ProjectCreate
from taskyard.projects.types import ProjectRole
from taskyard.teams.models import TeamMember
from taskyard.teams.schemas import TeamCreate
from taskyard.teams.service import keeping
from tests.world.accounts import Account, make_account, sign_in


class World:
    """Makes accounts, projects and teams directly through the services."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    async def account(self, *, role: Role = "user", tier: Tier | None = None) -> Account:
        """Make someone who is signed in."""
        return await make_account(self.platform, role=role, tier=tier)

    async def sign_in(self, account: Account, *, browser: bool = False) -> Account:
        """Sign the same person in once more, as on another device."""
        return await sign_in(self.platform, account.id, browser=browser)

    async def actor(self, account: Account) -> Actor:
        """Return what services know an account as."""
        accounts = self.platform.authenticator
        assert isinstance(accounts, Accounts)
        async with unit_of_work(self.platform.database) as uow:
            user = await uow.db.get(User, account.id)
            session = await uow.db.get(Session, account.session_id)
            assert user is not None
            return actor_for(user, session, accounts.settings)

    async def project(self, *, owner: Account, name: str | None = None) -> Project:
        """Make a project of `owner`'s."""
        actor = await self.actor(owner)
        async with unit_of_work(self.platform.database) as uow:
            body = ProjectCreate(
                name=name or f"Project {uuid7().hex[-10:]}", description="", key=None, tags=[]
            )
            return await projects.create(uow, actor, body)

    async def member(
        self, project: Project, *, role: ProjectRole = "member", account: Account | None = None
    ) -> Account:
        """Put someone into a project."""
        account = account or await self.account()
        async with unit_of_work(self.platform.database) as uow:
            uow.db.add(Membership(project_id=project.id, user_id=account.id, role=role))
        return account

    async def team(
        self,
        *,
        owner: Account,
        admin: Account | None = None,
        member: Account | None = None,
        viewer: Account | None = None,
        second_owner: Account | None = None,
    ) -> UUID:
        """Make a named team with these people; return its id."""
        actor = await self.actor(owner)
        people = (
            ("admin", admin),
            ("member", member),
            ("viewer", viewer),
            ("owner", second_owner),
        )
        async with unit_of_work(self.platform.database) as uow:
            body = TeamCreate(name=f"Team {uuid7().hex[-10:]}", description="")
            team_id = await keeping.create(uow, actor, body)
            uow.db.add_all(
                TeamMember(team_id=team_id, user_id=account.id, role=role)
                for role, account in people
                if account is not None
            )
        return team_id
