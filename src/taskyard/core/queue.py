"""The only door to Celery.

A message is a hint, "look at job X": it may be lost, doubled or late. So messages are acknowledged
at once, and of Celery's own retries, results, schedules, priorities and revokes nothing is used;
the job's row holds all of that (docs/jobs.md).
"""

import asyncio
import gc
import logging
import os
import uuid
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

import structlog
from billiard.exceptions import TimeLimitExceeded, WorkerLostError
from celery import Celery, signals
from celery.app.amqp import AMQP
from celery.exceptions import SecurityWarning
from kombu.connection import Connection

from taskyard.core.settings import Settings
from taskyard.kit.process import die_with_parent

_log = structlog.get_logger(__name__)
T = TypeVar("T")

FUNCTION: Final = "taskyard.look_at"
#: A key that vanishes with everything else when the broker comes back empty.
_EPOCH: Final = "ty:epoch"
#: Seconds the broker has for each of its answers.
_SEND_S: Final = 2
#: Seconds whoever asks waits: the relay has more to do. The first connection loads code, too.
_PATIENCE_S: Final = 1.0
_PATIENCE_AT_FIRST_S: Final = 5.0
#: Seconds after a job's own deadline at which Celery, too, would end it.
_BACKSTOP_S: Final = 120


class BrokerAway(Exception):
    """The broker did not take the hints; they are sent again later."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A message to a worker."""

    job_id: UUID
    queue: str


class Insistent(Connection):
    """A connection that is tried every second; the error is told every half minute.

    kombu itself waits two seconds longer each time, up to thirty: jobs would wait for that after a
    broker was away.
    """

    def ensure_connection(
        self, errback: Callable[[Exception, float], None] | None = None, *args: Any, **more: Any
    ) -> Connection:
        """Return the connection once there is one."""
        times = count()

        def tell(error: Exception, interval: float) -> None:
            if errback is not None and next(times) % 30 == 0:
                errback(error, interval)

        steady = {"interval_start": 1, "interval_step": 0, "interval_max": 1}
        super().ensure_connection(tell, *args, **more, **steady)  # type: ignore[no-untyped-call]
        return self


class _Amqp(AMQP):  # type: ignore[misc]
    Connection = Insistent


def make_celery(settings: Settings) -> Celery:
    """Return the Celery application of one process. Raises ValueError where no broker is set."""
    if settings.celery_broker is None:
        raise ValueError("no broker: set TASKYARD_REDIS_URL or TASKYARD_BROKER_URL")
    app = Celery("taskyard", broker=settings.celery_broker, amqp=_Amqp, set_as_current=False)
    app.conf.update(
        result_backend=None,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        # The row decides who runs a job. A late acknowledgement would only bring hints twice.
        task_acks_late=False,
        worker_prefetch_multiplier=1,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        # The default of 4 s is short for a loaded machine, and missing it ends the worker.
        worker_proc_alive_timeout=30,
        worker_lost_wait=1.0,
        worker_soft_shutdown_timeout=10,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_max_tasks_per_child=200,
        worker_max_memory_per_child=800_000,  # kB
        **_transport(settings.celery_broker),
    )
    return app


def _transport(url: str) -> dict[str, Any]:
    if url.startswith("redis"):
        return {
            "worker_disable_prefetch": True,
            "broker_transport_options": {
                "socket_timeout": 10,
                "socket_connect_timeout": 5,
                "socket_keepalive": True,
                "health_check_interval": 10,
            },
        }
    return {
        "task_default_queue_type": "quorum",
        "broker_transport_options": {"confirm_publish": True},
        "broker_heartbeat": 10,
    }


class Hints:
    """Sends hints from an event loop. One thread and one connection, opened on first use.

    A broker that does not answer is waited for once. From then on whoever asks is told so at
    once, and the thread alone finds out whether it is back.
    """

    def __init__(self, settings: Settings) -> None:
        self._app = make_celery(settings)
        self._is_valkey = (settings.celery_broker or "").startswith("redis")
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hints")
        self._connection: Any = None
        self._producer: Any = None
        self._found_new = False
        #: What the thread was busy with when the broker did not answer, or the question since.
        self._unanswered: Future[Any] | None = None

    async def send(self, hints: Sequence[Hint]) -> None:
        """Send every hint, in order. Raises BrokerAway, with some of them perhaps sent."""
        await self._ask(self._send, hints)

    async def broker_is_new(self) -> bool:
        """Say whether the broker lost what it held since this was last asked (by anybody).

        Only Valkey and Redis lose it; always False for others. Raises BrokerAway.
        """
        await self._ask(self._look_for_epoch)
        found, self._found_new = self._found_new, False
        return found

    def answers(self) -> bool:
        """Say whether the broker may be asked; False until the thread has found it again."""
        if self._unanswered is None:
            return True
        if self._unanswered.done() and self._unanswered.exception() is not None:
            self._unanswered = self._thread.submit(self._look_for_epoch)
        if self._unanswered.done():
            self._unanswered = None
        return self._unanswered is None

    async def _ask(self, question: Callable[..., T], *about: Any) -> T:
        if not self.answers():
            raise BrokerAway("it did not answer a moment ago")
        asked = self._thread.submit(question, *about)
        patience = _PATIENCE_AT_FIRST_S if self._producer is None else _PATIENCE_S
        try:
            async with asyncio.timeout(patience):
                return await asyncio.wrap_future(asked)
        except (BrokerAway, TimeoutError) as error:
            self._unanswered = asked
            raise BrokerAway(str(error) or f"no answer within {patience:g} s") from error

    def close(self) -> None:
        """Close the connection."""
        self._thread.submit(self._hang_up)
        self._thread.shutdown()
        self._app.close()

    def _send(self, hints: Sequence[Hint]) -> None:
        try:
            self._connect()
            for hint in hints:
                self._app.send_task(
                    FUNCTION,
                    args=[str(hint.job_id)],
                    task_id=str(uuid.uuid4()),
                    queue=hint.queue,
                    producer=self._producer,
                    retry=False,
                )
        except Exception as error:
            self._hang_up()
            raise BrokerAway(str(error)) from error

    def _look_for_epoch(self) -> None:
        try:
            self._connect()
            client = getattr(self._connection.default_channel, "client", None)
            if client is not None and client.set(_EPOCH, "1", nx=True):
                # Kept until somebody hears it: this may have been asked for nobody.
                self._found_new = True
        except Exception as error:
            self._hang_up()
            raise BrokerAway(str(error)) from error

    def _connect(self) -> None:
        if self._producer is None:
            patience = {"socket_timeout": _SEND_S, "socket_connect_timeout": _SEND_S}
            self._connection = self._app.connection_for_write(
                connect_timeout=_SEND_S,
                transport_options=patience if self._is_valkey else None,
            )
            # Once: the next tick asks again.
            self._connection.ensure_connection(max_retries=0)
            self._producer = self._app.amqp.Producer(self._connection)

    def _hang_up(self) -> None:
        connection, self._connection, self._producer = self._connection, None, None
        if connection is not None:
            try:
                connection.release()
            except Exception:  # noqa: BLE001 — it is broken already
                _log.debug("broker_hang_up_failed")


async def reach_broker(settings: Settings, *, within_s: float) -> None:
    """Connect to the broker once. Raises BrokerAway."""

    def connect() -> None:
        with (
            make_celery(settings) as app,
            app.connection_for_write(connect_timeout=within_s) as connection,
        ):
            connection.connect()

    try:
        await asyncio.to_thread(connect)
    except Exception as error:
        raise BrokerAway(str(error)) from error


class Child(Protocol):
    """What does the work within one process of the pool."""

    def look_at(self, job_id: UUID, hint_id: str) -> None:
        """Run the job if it is there to be run; returns when its attempt is over."""

    def stop(self) -> None:
        """Give everything back before the process ends."""


@dataclass(frozen=True, slots=True)
class Consumer:
    """A worker's pool: so many processes, and what happens in and around them."""

    settings: Settings
    name: str
    queues: Sequence[str]
    processes: int
    longest: timedelta
    #: Called once in each new process, after the fork.
    start_child: Callable[[], Child]
    #: Called in the parent once it takes hints.
    on_ready: Callable[[], None]
    #: Called in the parent with the id of a hint whose process died.
    on_lost: Callable[[str], None]

    def run(self) -> int:
        """Consume hints until a signal; returns the exit code. Blocks."""
        _hush()
        app = make_celery(self.settings)
        app.conf.task_time_limit = self.longest.total_seconds() + _BACKSTOP_S
        self._define(app)
        # Strong references, or the receivers would be collected; and our own logging stays.
        signals.setup_logging.connect(_leave_logging, weak=False)
        signals.worker_before_create_process.connect(_share_memory, weak=False)
        signals.worker_ready.connect(lambda **_: self.on_ready(), weak=False)
        signals.task_failure.connect(self._notice, weak=False)
        worker = app.Worker(
            hostname=self.name,
            pool="prefork",
            concurrency=self.processes,
            queues=",".join(self.queues),
            loglevel="WARNING",
            quiet=True,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )
        worker.start()
        return int(worker.exitcode or 0)

    def _define(self, app: Celery) -> None:
        child: list[Child] = []
        parent = os.getpid()

        def look_at(message: Any, job_id: str) -> None:
            child[0].look_at(UUID(job_id), message.request.id)

        def started(**_: Any) -> None:
            # Each of the pool's processes holds the pipes of the others: that their parent is
            # gone shows on none of them.
            die_with_parent(parent)
            child.append(self.start_child())

        def stopped(**_: Any) -> None:
            for one in child:
                one.stop()

        app.task(look_at, name=FUNCTION, bind=True, shared=False)
        signals.worker_process_init.connect(started, weak=False)
        signals.worker_process_shutdown.connect(stopped, weak=False)

    def _notice(self, task_id: str, exception: BaseException, **_: Any) -> None:
        if isinstance(exception, WorkerLostError | TimeLimitExceeded):
            # Celery's own loop calls this: nothing here may block it.
            self.on_lost(task_id)


def _share_memory(**_: Any) -> None:
    """Keep the collector off what the pool's processes share with this one.

    Measured: a collection writes to every object, and so made a copy of 36 MB for each process.
    """
    gc.collect()
    gc.freeze()


def _leave_logging(**_: Any) -> None:
    return None


def _hush() -> None:
    """Keep a line per hint, and a page on who runs the worker, out of the log.

    Celery warns of root because of pickle, which is refused here; code that is not ours never
    runs as root anyway.
    """
    logging.getLogger("celery").setLevel(logging.WARNING)
    warnings.simplefilter("ignore", SecurityWarning)
