"""The moments at which a fault happens. Each prepares the scene, starts the fault, and compares what clients see with the rules."""
import asyncio
import os
import re
import signal
import time

from crowd.bridge import identity

from . import rules
from .cell import Cell
from .clients import Client, outcome_of
from .rules import Expected, Kind

# Milliseconds that a call in flight takes. The fault happens long before the call ends.
WORK_MS = 500
WORK = WORK_MS / 1000
IN_FLIGHT = 3

# A fault within this many seconds before the end of the call is too late.
EARLY = 0.1


class Moment:
    name = ""

    def options(self, of: Cell) -> list[str]:
        """The options of the bridge: the number of short lives that make a crash loop, and options of this moment."""
        return ["--limit", "max-short-lives=50"]

    def server(self, of: Cell) -> list[str]:
        return []

    def request_timeout(self, door: str) -> float:
        return rules.REQUEST_TIMEOUT

    async def play(self, in_: Cell):
        raise NotImplementedError


# ---- steps of several moments

async def open_session(cell: Cell) -> Client:
    """Opens a session and makes one call, so that its own process, if it has one, is running."""
    await cell.eventually(lambda: cell.status("/readyz"), 200, "/readyz at the beginning")
    if cell.mode.last_words:
        # A second client, which the last words could be about.
        await cell.client().initialize()
        cell.model.is_crowded = True
    client = cell.client()
    cell.see("initialize before the fault", await client.initialize(), Expected(Kind.RIGHT, rules.START))
    cell.see("a call before the fault", await client.echo(), Expected(Kind.RIGHT, rules.START))
    return client


async def go_on(cell: Cell, client: Client):
    """Checks that the session goes on, then ends the fault and checks that a new session works."""
    cell.check(await cell.status("/healthz") == 200, "/healthz is not 200 after the fault")
    cell.see("the next call of the session", await client.echo(), cell.model.request())
    if cell.model.is_faulty:
        cell.mend()
    await afterwards(cell)


async def afterwards(cell: Cell):
    cell.model.leave_session()
    fresh = cell.client()
    cell.see("initialize of a fresh session", await fresh.initialize(), Expected(Kind.RIGHT, rules.START))
    cell.see("a call of a fresh session", await fresh.echo(), cell.model.request())


async def begin_calls(cell: Cell, client: Client) -> tuple[list[asyncio.Task], list[int], float]:
    """Begins calls and waits until they have reached their processes. Returns the calls, the processes, and the time until which all are in flight."""
    before = len(cell.pids("calls"))
    until = time.monotonic() + WORK - EARLY
    tasks = [asyncio.create_task(client.call("slow", {"ms": WORK_MS, "echo": True})) for _ in range(IN_FLIGHT)]
    await cell.called(before + IN_FLIGHT)
    return tasks, sorted(set(cell.pids("calls")[before:])), until


# ---- the moments

class BeforeInitialize(Moment):
    """The fault is in a process that started ahead of need, or that serves all clients, before the client connects."""
    name = "before initialize"

    def options(self, of: Cell) -> list[str]:
        return super().options(of) + (["--warm", "1"] if of.isolation != "shared" else [])

    async def play(self, in_: Cell):
        await in_.settle(1, has_opened=in_.isolation != "session")
        await in_.strike(in_.living())
        await in_.wait_for_ends()
        client = in_.client()
        # If the process was initialized already, the client gets the stored answer of that.
        reaches = in_.isolation == "session" and in_.model.is_faulty
        expected = in_.model.opening(has_read=False) if reaches else Expected(Kind.RIGHT, rules.START)
        if in_.see("initialize", await client.initialize(), expected) and expected.kind is Kind.RIGHT:
            in_.see("the first call", await client.echo(), in_.model.request())
            await go_on(in_, client)
        else:
            await afterwards(in_)


class Opening(Moment):
    """The fault begins at the start of the process or when `initialize` arrives. The next process has no fault."""

    def __init__(self, name: str, at: str, has_read: bool):
        self.name = name
        self.at = at
        self.has_read = has_read

    def request_timeout(self, door: str) -> float:
        # The request of a client of 2026-07-28 waits for the process; the start timeout must pass first.
        return rules.PARKED_FOR if door == "modern" else super().request_timeout(door)

    def options(self, of: Cell) -> list[str]:
        return super().options(of) + (["--warm", "0"] if of.isolation == "request" else [])

    def server(self, of: Cell) -> list[str]:
        return ["--fault-at", self.at, "--fault-while", str(of.armed)]

    async def play(self, in_: Cell):
        await in_.settle(1 if in_.isolation == "shared" else 0)
        client = in_.client()
        if in_.isolation == "request":
            in_.see("initialize", await client.initialize(), Expected(Kind.RIGHT, rules.START))
        in_.armed.touch()
        if in_.isolation == "shared":
            await self.end_the_shared_one(in_)
        in_.model.strike()
        in_.check(in_.armed.exists(), "the fault happened too early: before the client connected")
        if in_.isolation == "request":
            in_.see("a call that opens a process", await client.echo(), self.of_the_call(in_))
            await go_on(in_, client)
            return
        expected = self.of_the_call(in_) if in_.model.is_modern else in_.model.opening(self.has_read)
        outcome = await client.initialize()
        self.note_victims(in_)
        if in_.see("initialize", outcome, expected) and expected.kind is Kind.RIGHT:
            await go_on(in_, client)
        else:
            await afterwards(in_)

    def of_the_call(self, cell: Cell) -> Expected:
        opening = cell.model.opening(self.has_read, by="call")
        if opening.kind is not Kind.RIGHT:
            return opening
        return cell.model.request()

    def note_victims(self, cell: Cell):
        cell.victims += [identity(pid) for pid in cell.living()[-1:]]

    async def end_the_shared_one(self, cell: Cell):
        """Kills the shared process, so that the next client needs a new one."""
        pids = cell.living()
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

        async def left() -> bool:
            return any(map(identity, pids))
        await cell.eventually(left, False, "a killed process still lives")


class AlwaysOpening(Opening):
    """Every process has the fault. The bridge must detect a crash loop and answer 503 with Retry-After at once."""

    def options(self, of: Cell) -> list[str]:
        return ["--limit", "max-short-lives=3", "--limit", "crash-cool-down=60", "--warm", "0"]

    def server(self, of: Cell) -> list[str]:
        return ["--fault-at", self.at]

    async def play(self, in_: Cell):
        in_.is_ready = False
        by_its_words = in_.mode.answers is rules.Says.REFUSAL and in_.isolation == "session"
        for _ in range(6):
            in_.model.strike()
            expected = in_.model.opening(self.has_read)
            outcome = await in_.client().initialize()
            if outcome.kind is Kind.UNAVAILABLE:
                in_.check(not by_its_words, "an initialize that the server refuses made a crash loop")
                in_.see("initialize in a crash loop", outcome, Expected(Kind.UNAVAILABLE, rules.START))
                again = await in_.client().initialize()
                in_.see("initialize in a crash loop", again, Expected(Kind.UNAVAILABLE, rules.TOLD_WITHIN))
                return
            in_.see("initialize", outcome, expected)
        in_.check(by_its_words, "the bridge detected no crash loop in six attempts")


class Idle(Moment):
    name = "idle"

    async def play(self, in_: Cell):
        client = await open_session(in_)
        await in_.settle(in_.settled_processes(len(in_.clients)))
        await in_.strike(in_.living()[-1:])
        await in_.wait_for_ends()
        in_.see("the first call after the fault", await client.echo(), in_.model.request())
        await go_on(in_, client)


class InFlight(Moment):
    name = "calls in flight"

    async def play(self, in_: Cell):
        client = await open_session(in_)
        tasks, pids, until = await begin_calls(in_, client)
        began = time.monotonic()
        await in_.strike(pids, until)
        expected = in_.model.in_flight(WORK)
        for number, task in enumerate(tasks, 1):
            outcome = await task
            outcome.seconds = time.monotonic() - began
            in_.see(f"call {number} in flight", outcome, expected)
        if in_.isolation == "request":
            in_.model.mend()
        await go_on(in_, client)


class StreamAttached(Moment):
    """A reply is a stream already, and the client reads the session's GET stream, which must go on."""
    name = "stream attached"

    async def play(self, in_: Cell):
        client = await open_session(in_)
        await client.attach()
        before = len(in_.pids("calls"))
        until = time.monotonic() + WORK - EARLY
        params, _ = client.tool("progress", {"count": 5, "ms": 100}, {"progressToken": "p"})
        running = asyncio.create_task(outcome_of(client.ask("tools/call", params)))

        async def is_stream() -> bool:
            return client.has_progress.is_set()
        await in_.called(before + 1)
        await in_.eventually(is_stream, True, "the reply has become a stream")
        await in_.strike(in_.pids("calls")[-1:], until)
        in_.see("a call with a stream", await running, in_.model.in_flight(WORK))
        if in_.isolation == "request":
            in_.model.mend()
        in_.check(not client.listening.done(), "the session's GET stream has ended")
        await go_on(in_, client)
        if in_.isolation != "request":
            client.heard.clear()
            outcome = await client.call("notify", {"method": "notifications/tools/list_changed"})
            in_.see("a call that makes the server say something", outcome, Expected(Kind.RIGHT, rules.START))

            async def heard() -> bool:
                return any(each.get("method") == "notifications/tools/list_changed" for each in client.heard)
            await in_.eventually(heard, True, "a notification of the server arrives on the session's GET stream again", 3)


class ClientGone(Moment):
    """The stream of the answer has broken when the fault happens. The client resumes it afterwards."""
    name = "client gone and resuming"

    async def play(self, in_: Cell):
        client = await open_session(in_)
        before = len(in_.pids("calls"))
        until = time.monotonic() + WORK - EARLY
        left = await client.begin()
        await in_.called(before + 1)
        if in_.plan.door == "sse":
            streams = await in_.gauge("streams")
            client.break_off()
            await in_.eventually(lambda: in_.gauge("streams"), streams - 1, "the streams that clients hold open")
        await in_.strike(in_.pids("calls")[-1:], until)
        await asyncio.sleep(0.1)
        in_.see("a call whose client comes back", await left.finish(), in_.model.in_flight(WORK))
        if in_.isolation == "request":
            in_.model.mend()
        await go_on(in_, client)


class ShuttingDown(Moment):
    """The bridge has received SIGTERM and waits for its calls to end."""
    name = "shutting down"

    async def play(self, in_: Cell):
        client = await open_session(in_)
        tasks, pids, until = await begin_calls(in_, client)
        in_.tell_to_stop()

        async def stopping() -> bool:
            return re.search(r"stopping \(signal", in_.bridge.log.read_text(errors="replace")) is not None
        await in_.eventually(stopping, True, "the log says that the bridge stops")
        began = time.monotonic()
        in_.model.is_stopping = True
        await in_.strike(pids, until)
        expected = in_.model.in_flight(WORK)
        for number, task in enumerate(tasks, 1):
            outcome = await task
            outcome.seconds = time.monotonic() - began
            in_.see(f"call {number} in flight", outcome, expected)
        in_.exit_code = in_.model.exit_code()
        in_.stops_within = (rules.DRAIN if in_.exit_code else WORK) + 2 * rules.GRACE


MOMENTS = [
    BeforeInitialize(), Opening("at the start", "start", False), Opening("in initialize", "initialize", True),
    AlwaysOpening("at the start, always", "start", False), AlwaysOpening("in initialize, always", "initialize", True),
    Idle(), InFlight(), StreamAttached(), ClientGone(), ShuttingDown()]
