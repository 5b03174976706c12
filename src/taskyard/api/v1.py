"""The table of contents of `/api/v1`: every room's routers, in the order of the document."""

from taskyard.accounts import routes as accounts
from taskyard.accounts import session_link_routes as session_links
from taskyard.admin import routes as admin
from taskyard.analytics import routes as analytics
from taskyard.api import health, sample
from taskyard.comments import routes as comments
from taskyard.core.live import routes as live
from taskyard.files import routes as files
from taskyard.files.library import routes as library
from taskyard.files.shares import routes as shares
from taskyard.files.uploads import routes as uploads
from taskyard.jobs import routes as jobs
from taskyard.notifications import routes as notifications
from taskyard.notifications.inbox import routes as inbox
from taskyard.projects import routes as projects
from taskyard.projects.team import routes as team
from taskyard.runners.analysis import routes as analyses
from taskyard.runners.analysis.shares import routes as analysis_shares
from taskyard.runners.analysis.tracking import routes as finding_tasks
from taskyard.runners.source import routes as source
from taskyard.search import routes as search
from taskyard.tasks import routes as tasks
from taskyard.tasks.attachments import routes as attachments
from taskyard.tasks.views import routes as views
from taskyard.teams import link_routes as invitation_links
from taskyard.teams import routes as teams
from taskyard.templates import routes as templates

ROUTERS = (
    *health.ROUTERS,
    *accounts.ROUTERS,
    *session_links.ROUTERS,
    *projects.ROUTERS,
    *team.ROUTERS,
    *teams.ROUTERS,
    *invitation_links.ROUTERS,
    *tasks.ROUTERS,
    *attachments.ROUTERS,
    *views.ROUTERS,
    *templates.ROUTERS,
    *sample.ROUTERS,
    *source.ROUTERS,
    *files.ROUTERS,
    *uploads.ROUTERS,
    *shares.ROUTERS,
    *library.ROUTERS,
    *jobs.ROUTERS,
    *comments.ROUTERS,
    *live.ROUTERS,
    *analyses.ROUTERS,
    *analysis_shares.ROUTERS,
    *finding_tasks.ROUTERS,
    *notifications.ROUTERS,
    *inbox.ROUTERS,
    *search.ROUTERS,
    *admin.ROUTERS,
    *analytics.ROUTERS,
)
