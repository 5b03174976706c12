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
    project_id = models.UUIDField()
    number = models.IntegerField(db_default=0)
    title = models.CharField(max_length=255)
    description = models.TextField(default="")
    description_html = models.TextField(default="")
    status = models.CharField(max_length=20, default="todo")
    priority = models.CharField(max_length=10, default="medium")
    position = models.CharField(max_length=200, default="a0")
    assignee_id = models.UUIDField(null=True)
    due_date = models.DateTimeField(null=True)
    estimate = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    parent_id = models.UUIDField(null=True)
    created_by = models.UUIDField()
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    completed_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        abstract = True


class Task(Columns):
    class Meta:
        app_label = "bench"
        db_table = "tasks"
        managed = False


class BenchTask(Columns):
    class Meta:
        app_label = "bench"
        db_table = "bench_tasks"
        managed = False


_LISTED = [
    "id", "project_id", "number", "title", "status", "priority", "assignee_id", "due_date",
    "estimate", "parent_id", "position", "created_by", "created_at", "updated_at", "completed_at",
    "version",
]  # fmt: skip
_WHOLE = [*_LISTED, "description", "description_html"]


class TaskSerializer(serializers.ModelSerializer):
    class Meta:
        model = Task
        fields = _LISTED


class WholeSerializer(serializers.ModelSerializer):
    class Meta:
        model = Task
        fields = _WHOLE


class NewSerializer(serializers.ModelSerializer):
    class Meta:
        model = BenchTask
        fields = _WHOLE
        read_only_fields = [*(set(_WHOLE) - {"title", "project_id"})]


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


class ListTasks(Base, generics.ListAPIView):
    pagination_class = Paging
    serializer_class = TaskSerializer

    def get_queryset(self):
        found = Task.objects.filter(project_id=self.kwargs["project_id"], deleted_at=None)
        return found.defer("description", "description_html").order_by("-number")


class GetTask(Base, generics.RetrieveAPIView):
    queryset = Task.objects.all()
    serializer_class = WholeSerializer
    lookup_url_kwarg = "task_id"


class CreateTask(Base, generics.CreateAPIView):
    serializer_class = NewSerializer

    def perform_create(self, serializer):
        serializer.save(created_by=OWNER)


urlpatterns = [
    path("health", lambda _: JsonResponse({})),
    path("projects/<uuid:project_id>/tasks", ListTasks.as_view()),
    path("tasks/<uuid:task_id>", GetTask.as_view()),
    path("tasks", CreateTask.as_view()),
]
application = get_wsgi_application()
