"""Django REST Framework in one module, set well: a pool, generic views, model serializers."""

import uuid

import django
import jwt
from common import DSN, OWNER, SECRET
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict

_at = conninfo_to_dict(DSN)
settings.configure(
    DEBUG=False,
    SECRET_KEY="x" * 50,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    INSTALLED_APPS=["rest_framework"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _at["dbname"],
            "USER": _at["user"],
            "PASSWORD": _at["password"],
            "HOST": _at["host"],
            "OPTIONS": {"pool": {"min_size": 4, "max_size": 10}},
        }
    },
    REST_FRAMEWORK={
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "UNAUTHENTICATED_USER": None,
    },
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.db.models.functions import Now  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework import (  # noqa: E402
    authentication,
    exceptions,
    generics,
    pagination,
    permissions,
    serializers,
)


class Columns(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    project_id = models.UUIDField(null=True)
    owner_id = models.UUIDField(null=True)
    queue = models.CharField(max_length=10, default="work")
    state = models.CharField(max_length=10, default="queued")
    progress = models.FloatField(default=0)
    current_step = models.CharField(max_length=200, null=True)
    attempt = models.IntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField(null=True)
    failure = models.JSONField(null=True)
    next_seq = models.BigIntegerField(default=1)
    parameters = models.JSONField(default=dict)
    result = models.JSONField(null=True)

    class Meta:
        abstract = True


class Job(Columns):
    class Meta:
        app_label = "bench"
        db_table = "jobs"
        managed = False


class BenchJob(Columns):
    class Meta:
        app_label = "bench"
        db_table = "bench_jobs"
        managed = False


_LISTED = [
    "id", "kind", "title", "project_id", "owner_id", "state", "progress", "current_step",
    "attempt", "created_at", "started_at", "finished_at", "deadline_at", "failure", "next_seq",
]  # fmt: skip


class JobSerializer(serializers.ModelSerializer):
    class Meta:
        model = Job
        fields = _LISTED


class WholeSerializer(serializers.ModelSerializer):
    class Meta:
        model = Job
        fields = [*_LISTED, "parameters", "result"]


class NewSerializer(serializers.ModelSerializer):
    class Meta:
        model = BenchJob
        fields = [*_LISTED, "parameters", "result"]
        read_only_fields = [*(set(_LISTED) - {"kind", "title", "project_id"}), "result"]


class Caller:
    is_authenticated = True


class Bearer(authentication.BaseAuthentication):
    def authenticate(self, request):
        header = request.META.get("HTTP_AUTHORIZATION", "")
        try:
            jwt.decode(header.removeprefix("Bearer "), SECRET, algorithms=["HS256"])
        except jwt.PyJWTError:
            raise exceptions.AuthenticationFailed from None
        return Caller(), None

    def authenticate_header(self, request):
        return "Bearer"


class Paging(pagination.LimitOffsetPagination):
    default_limit = 50
    max_limit = 100


class Base:
    authentication_classes = [Bearer]
    permission_classes = [permissions.IsAuthenticated]


class ListJobs(Base, generics.ListAPIView):
    pagination_class = Paging
    serializer_class = JobSerializer

    def get_queryset(self):
        found = Job.objects.filter(project_id=self.kwargs["project_id"], queue="work")
        return found.defer("parameters", "result").order_by("-id")


class GetJob(Base, generics.RetrieveAPIView):
    queryset = Job.objects.all()
    serializer_class = WholeSerializer
    lookup_url_kwarg = "job_id"


class CreateJob(Base, generics.CreateAPIView):
    serializer_class = NewSerializer

    def perform_create(self, serializer):
        serializer.save(owner_id=OWNER)


urlpatterns = [
    path("health", lambda _: JsonResponse({})),
    path("projects/<uuid:project_id>/jobs", ListJobs.as_view()),
    path("jobs/<uuid:job_id>", GetJob.as_view()),
    path("jobs", CreateJob.as_view()),
]
application = get_wsgi_application()
