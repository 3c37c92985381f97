"""Moments that only clients of revision 2026-07-28 know: calls that wait for an answer of their client, tasks, and streams of notices."""
import time

from crowd.http import Broken

from . import rules
from .cell import Cell, TooLate
from .moments import EARLY, Moment, go_on, open_session
from .rules import Expected, Kind

LIST_CHANGED = "notifications/tools/list_changed"

# Seconds after which a parked call might expire before its client comes back, on a busy machine.
FRESH = rules.PARKED_FOR / 2

# Seconds that the call of a task takes: longer than its handle takes on a busy machine.
WORK = 2.0

# Seconds that it takes if a ping can fail meanwhile: so long that a ping does fail. No deadline of the task may pass before that.
WORK_UNTIL_FOUND = 2 * rules.FOUND
TASK_TIME_UNTIL_FOUND = 3 * rules.FOUND


class WithPatience(Moment):
    """The time for an answer is also the time for which a call stays parked; it must be longer than a fault takes to show."""

    def request_timeout(self, door: str) -> float:
        return rules.PARKED_FOR


async def park(cell: Cell, client):
    """Parks a call, and lets the fault begin."""
    began = time.monotonic()
    parked = await client.park()
    await cell.strike(cell.pids("calls")[-1:])
    await cell.wait_for_ends()
    if time.monotonic() > began + FRESH:
        raise TooLate
    return parked


class CallParked(WithPatience):
    """The server has asked the client when the fault happens. Afterwards the client comes back with its answer."""
    name = rules.PARKED

    async def play(self, in_: Cell):
        client = await open_session(in_)
        parked = await park(in_, client)
        in_.see("a parked call whose client comes back", await parked.finish(), in_.model.resumed())
        in_.check(await parked.is_over(), "a state worked twice")
        await go_on(in_, client)


class ParkedAndGone(WithPatience):
    """The client never comes back to the call. The bridge forgets the call in time."""
    name = rules.GONE

    async def play(self, in_: Cell):
        client = await open_session(in_)
        parked = await park(in_, client)

        async def count() -> int:
            return await in_.gauge("parked_calls")
        await in_.eventually(count, 0, "parked calls", rules.PARKED_FOR + rules.SWEEP + 2)
        in_.check(await parked.is_over() or in_.mode.ends, "a state worked after its time")
        await go_on(in_, client)


class ShuttingDownParked(WithPatience):
    """The bridge gets SIGTERM while a call waits for its client, who cannot come back. The bridge need not wait for it."""
    name = rules.PARKED_AT_THE_END

    async def play(self, in_: Cell):
        client = await open_session(in_)
        await park(in_, client)
        in_.tell_to_stop()


class Listening(Moment):
    """The client listens while the process is idle. The bridge replaces the process without a request, and the stream goes on."""
    name = rules.LISTENING

    async def play(self, in_: Cell):
        client = await open_session(in_)
        await client.attach()
        await in_.settle(in_.settled_processes(len(in_.clients)))
        before, started = client.count(LIST_CHANGED), len(in_.pids("starts"))
        await in_.strike(in_.living()[-1:])
        await in_.wait_for_ends()

        async def is_replaced() -> bool:
            # A shared process is replaced without a notice.
            is_told = client.count(LIST_CHANGED) > before or in_.isolation == "shared"
            return len(in_.pids("starts")) > started and is_told
        await in_.eventually(is_replaced, True, "a new process, and a notice that the tools may have changed", rules.REPLACED + in_.slack)
        in_.model.mend()
        in_.see("the first call after the fault", await client.echo(), in_.model.request())
        before = client.count(LIST_CHANGED)
        outcome = await client.call("notify", {"method": LIST_CHANGED})
        in_.see("a call that makes the server say something", outcome, Expected(Kind.RIGHT, rules.START))

        async def heard() -> bool:
            return client.count(LIST_CHANGED) > before
        await in_.eventually(heard, True, "a notice of the new process arrives on the old stream", 3)
        in_.check(not client.listening.done(), "the client's stream of notices has ended")
        await go_on(in_, client)


class TaskRunning(WithPatience):
    """A call goes on as a task when the fault happens."""
    name = rules.TASK

    def options(self, of: Cell) -> list[str]:
        most = TASK_TIME_UNTIL_FOUND if of.mode.fails_pings else rules.TASK_TIME
        return super().options(of) + ["--task-after", "0.05", "--limit", f"max-task-time={most}"]

    async def play(self, in_: Cell):
        client = await open_session(in_)
        in_.model.has_tasks = True
        work = WORK_UNTIL_FOUND if in_.mode.fails_pings else WORK
        before, until = len(in_.pids("calls")), time.monotonic() + work - EARLY
        try:
            task = await client.begin_task(int(work * 1000))
        except Broken:
            if time.monotonic() > until:
                raise TooLate from None
            raise
        began = time.monotonic()
        await in_.strike(in_.pids("calls")[before:], until)
        outcome = await task.finish()
        outcome.seconds = time.monotonic() - began
        in_.see("a task", outcome, in_.model.in_flight(work))
        if in_.isolation == "request":
            in_.model.mend()
        await go_on(in_, client)


MODERN_MOMENTS = [CallParked(), ParkedAndGone(), ShuttingDownParked(), Listening(), TaskRunning()]
