"""One cell: one bridge, one fault at one moment, and what its clients see."""
import asyncio
import dataclasses
import os
import pathlib
import shutil
import signal
import tempfile
import time
import typing

from crowd.bridge import Bridge, identity
from crowd.http import Connection

from . import rules
from .clients import Client, Outcome, Sse, Streamable
from .modern import Modern
from .modes import Mode
from .rules import Expected, Model

# Seconds for which the bridge waits for the last output of a process that has ended.
LAST_OUTPUT = 0.3

DOORS = {"streamable": Streamable, "sse": Sse, "modern": Modern, "through": Modern}
DOOR_NAMES = {"streamable": "", "sse": " / HTTP+SSE", "modern": " / 2026-07-28", "through": " / 2026-07-28 to 2026-07-28"}

# What must be left of no client of 2026-07-28.
GAUGES = ("parked_calls", "listeners", "requests_in_flight")

LIMITS = ["--silence", "0.3", "--limit", "resume-delay=0.05", "--limit", "trial-after=0", "--max-line-size", "1MiB", "--limit", "restart-delay=0.01",
          "--start-timeout", str(rules.START_TIMEOUT), "--drain-timeout", str(rules.DRAIN), "--stop-grace", str(rules.GRACE)]


@dataclasses.dataclass(frozen=True)
class Plan:
    """The parameters of a cell."""
    mode: Mode
    moment: str
    isolation: str
    door: str
    arranged: typing.Any    # the object of the moment, from MOMENTS

    @property
    def name(self) -> str:
        return f"{self.mode.name} / {self.moment} / {self.isolation}" + DOOR_NAMES[self.door]


class TooLate(Exception):
    """The machine was too busy for the fault to happen at its moment."""


class Cell:
    def __init__(self, plan: Plan, number: int, logs: pathlib.Path, slack: float):
        self.plan = plan
        self.mode = plan.mode
        self.isolation = plan.isolation
        self.model = Model(plan.mode, plan.isolation, plan.door, plan.arranged.request_timeout(plan.door))
        self.slack = slack
        self.faults: list[str] = []
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mcp-bridge-cell-"))
        self.armed = self.folder / "armed"
        self.victims: list[str] = []         # the processes with the fault, by identity
        self.clients: list[Client] = []
        self.exit_code = 0                   # the exit code that the bridge must have
        self.is_ready = True                 # whether /readyz must be 200 at the end
        self.stops_within = 2 * rules.GRACE  # seconds from SIGTERM to the end of the bridge
        self.stopping_since = 0.0
        self.bridge = self._start(f"{number}", logs)

    def _start(self, name: str, logs: pathlib.Path) -> Bridge:
        # In these cells another deadline must pass before the request timeout.
        is_late = self.mode.fails_pings or self.plan.moment == "shutting down"
        options = ["--isolation", self.isolation, *LIMITS, "--request-timeout", "8" if is_late else str(self.model.request_timeout)]
        if self.mode.pings:
            options += ["--limit", "ping-after=" + str(rules.PING_AFTER), "--limit", "ping-timeout=" + str(rules.PING_TIMEOUT)]
        server = ["--record", str(self.folder / "record"), "--starts", str(self.folder / "starts"), "--calls", str(self.folder / "calls"), "--fault", self.mode.fault]
        if self.plan.door == "through":
            options += ["--child-era", "modern"]
            server += ["--era", "modern"]
        return Bridge(name, options + self.plan.arranged.options(self), server=server + self.plan.arranged.server(self), folder=logs)

    # ---- running it

    async def run(self) -> list[str]:
        """Runs the cell. Returns its faults, one a line."""
        try:
            async with self.bridge:
                await self.plan.arranged.play(self)
                await self._finish()
        except TooLate:
            raise
        except Exception as error:  # noqa: BLE001 - every error counts as a fault
            self.faults.append(f"the cell was ended by an error: {error!r}")
        finally:
            for client in self.clients:
                client.leave()
            self._end_leftover()
            shutil.rmtree(self.folder, ignore_errors=True)
        return self.faults

    async def _finish(self):
        if self.model.is_modern and not self.stopping_since:
            await self._see_nothing_left()
        if not self.stopping_since:
            ready = 200 if self.is_ready else 503
            await self.eventually(lambda: self.status("/readyz"), ready, "/readyz")
            self.check(await self.status("/healthz") == 200, "/healthz is not 200")
            self.tell_to_stop()
        bound = self.stops_within + rules.TOLD_WITHIN + self.slack
        code = await self._wait_for_end(bound + 5)
        took = time.monotonic() - self.stopping_since
        self.check(code == self.exit_code, f"the bridge ended with exit code {code}, not {self.exit_code}")
        self.check(took <= bound, f"the bridge took {took:.1f} s to stop; the bound is {bound:.1f} s")
        end = time.monotonic() + 2
        while self._leftover() and time.monotonic() < end:
            await asyncio.sleep(0.05)
        self.check(not self._leftover(), f"processes outlive the bridge: {self._leftover()}")
        self.faults += self.bridge.slow_turns()
        for client in self.clients:
            self.faults += getattr(client, "strays", [])

    async def _see_nothing_left(self):
        for client in self.clients:
            client.leave()

        async def left() -> dict[str, int]:
            counts = {name: await self.gauge(name) for name in GAUGES}
            return {name: count for name, count in counts.items() if count}
        await self.eventually(left, {}, "what is left of clients that are gone")

    async def gauge(self, name: str) -> int:
        return await asyncio.to_thread(self.bridge.metric, f"mcp_bridge_{name}")

    async def _wait_for_end(self, patience: float) -> int | None:
        end = time.monotonic() + patience
        while self.bridge.is_running and time.monotonic() < end:
            await asyncio.sleep(0.02)
        return self.bridge.process.poll()

    def tell_to_stop(self):
        self.stopping_since = time.monotonic()
        self.bridge.process.send_signal(signal.SIGTERM)

    # ---- judging it

    def check(self, good: bool, text: str):
        if not good:
            self.faults.append(text)

    def see(self, what: str, outcome: Outcome, expected: Expected) -> bool:
        """Compares an outcome with the expected one and keeps the difference as a fault. True if there is none."""
        fault = outcome.fault(expected, self.slack)
        if fault:
            self.faults.append(f"{what}: {fault}")
        words = self.mode.last_words
        if words and words in outcome.text and not self.model.tells_last_words():
            self.faults.append(f"{what}: a client got last words of the server that may be about another client: {outcome.text!r}")
        return not fault

    async def status(self, path: str) -> int:
        """The status of a health page, or 0 if the answer takes more than a second."""
        began = time.monotonic()
        line = await Connection.open(self.bridge.port)
        await line.send("GET", {}, path=path)
        head = await line.head()
        await line.body(head)
        line.leave()
        return head.status if time.monotonic() - began < 1.0 + self.slack else 0

    async def eventually(self, asking: typing.Callable[[], typing.Awaitable], wanted: typing.Any, what: str, patience: float = 8.0):
        end = time.monotonic() + patience
        while (got := await asking()) != wanted:
            if time.monotonic() > end:
                self.faults.append(f"{what}: still {got} after {patience:g} s; expected {wanted}")
                return
            await asyncio.sleep(0.05)

    # ---- clients and processes

    def client(self) -> Client:
        made = DOORS[self.plan.door](self.bridge.port)
        self.clients.append(made)
        return made

    def pids(self, name: str) -> list[int]:
        try:
            return [int(line) for line in (self.folder / name).read_text().split()]
        except FileNotFoundError:
            return []

    def count_opened(self) -> int:
        try:
            opened_by = "server/discover" if self.plan.door == "through" else "notifications/initialized"
            return (self.folder / "record").read_text().count(opened_by)
        except FileNotFoundError:
            return 0

    def living(self) -> list[int]:
        """The server processes that can get a fault."""
        ending = self.pids("calls") if self.isolation == "request" else []
        return [pid for pid in self.pids("starts") if pid not in ending and self.bridge.is_parent_of(pid) and identity(pid)]

    def settled_processes(self, sessions: int) -> int:
        return sessions if self.isolation == "session" else 1

    async def settle(self, count: int, has_opened: bool = True):
        """Waits until the bridge has checked its server and has `count` server processes.

        With `has_opened`, all of them must have been initialized; otherwise none, except for the process of the check. That process ends,
        unless it serves all clients or is kept for the next request. With isolation request, a used process still lives for a moment, so the process that started last
        must be one that no call has reached."""
        is_check_over = self.isolation == "session" or (self.isolation == "request" and count == 0)
        least = count + is_check_over
        await self.eventually(lambda: self.status("/readyz"), 200, "/readyz at the beginning")

        async def now() -> int:
            started, living = self.pids("starts"), self.living()
            unopened = len(started) - self.count_opened()
            is_settled = len(started) >= least and unopened == (0 if has_opened else count)
            if is_settled and self.isolation == "request":
                is_settled = started[-1] not in self.pids("calls")
            return len(living) if is_settled else -1
        await self.eventually(now, count, "server processes at the beginning")

    async def called(self, count: int):
        """Waits until `count` calls have reached server processes. The last call need not be the last in `pids`."""
        async def now() -> bool:
            return len(self.pids("calls")) >= count
        await self.eventually(now, True, f"{count} calls have reached a server process")

    async def strike(self, pids: list[int], before: float = float("inf")):
        """Starts the fault in the processes. Raises TooLate after the time `before`, when the calls in flight end."""
        for pid in pids:
            if pid > 1 and self.bridge.is_parent_of(pid):
                self.victims.append(identity(pid))
                os.kill(pid, signal.SIGUSR1)
        if time.monotonic() > before:
            raise TooLate
        self.model.strike()
        if self.mode.by_hand:
            await asyncio.sleep(0.3)
            self.mend()

    async def wait_for_ends(self):
        if not self.mode.ends:
            return

        async def alive() -> list[str]:
            return [each for each in self.victims if self._pid(each)]
        await self.eventually(alive, [], "processes that should have ended")
        # The bridge waits a moment for the last output of a process before it reports its end.
        await asyncio.sleep(LAST_OUTPUT)

    def _pid(self, who: str) -> int:
        pid = int(who.partition("@")[0] or 0)
        return pid if pid > 1 and identity(pid) == who else 0

    def mend(self):
        """Ends the fault in the processes that still live."""
        for pid in filter(None, map(self._pid, self.victims)):
            os.kill(pid, signal.SIGCONT)
            if not self.mode.by_hand:
                os.kill(pid, signal.SIGUSR1)
        self.model.mend()

    def _leftover(self) -> list[int]:
        """The processes that have this cell's folder on their command lines."""
        mark, found = str(self.folder).encode(), []
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    if mark in (entry / "cmdline").read_bytes():
                        found.append(int(entry.name))
                except OSError:
                    pass
        return found

    def _end_leftover(self):
        for pid in self._leftover():
            if pid > 1:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
