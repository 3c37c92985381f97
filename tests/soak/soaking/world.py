"""Shared by all clients of a run: the account of their requests, and the times at which servers died."""
import asyncio
import collections
import dataclasses
import random
import re
import time

from crowd.mcp import Session

MARKER = re.compile(r"mk-([0-9a-z]+)-")


class Ledger:
    """An account of all requests. Each request ends as exactly one of: answered, refused, abandoned by its client, wrong."""

    def __init__(self):
        self.sent = collections.Counter()
        self.answered = collections.Counter()
        self.refused = collections.Counter()
        self.abandoned = collections.Counter()
        self.faults: list[str] = []
        self.open: set["Entry"] = set()

    def send(self, kind: str) -> "Entry":
        self.sent[kind] += 1
        entry = Entry(self, kind)
        self.open.add(entry)
        return entry

    def fault(self, text: str):
        self.faults.append(text)

    def totals(self) -> dict[str, int]:
        return {name: getattr(self, name).total() for name in ("sent", "answered", "refused", "abandoned")}

    @property
    def is_balanced(self) -> bool:
        return not self.open and self.sent.total() == sum((self.answered + self.refused + self.abandoned).values())


class Entry:
    """One request. The client that sent it settles it once."""

    def __init__(self, ledger: Ledger, kind: str):
        self.ledger = ledger
        self.kind = kind
        self.since = time.monotonic()

    def answered(self):
        self._settle(self.ledger.answered, self.kind)

    def refused(self, reason: str):
        self._settle(self.ledger.refused, reason)

    def abandoned(self):
        self._settle(self.ledger.abandoned, self.kind)

    def wrong(self, text: str):
        self.ledger.open.discard(self)
        self.ledger.fault(f"{self.kind}: {text}")

    def _settle(self, column: collections.Counter, name: str):
        if self not in self.ledger.open:
            self.ledger.fault(f"{self.kind}: settled twice")
            return
        self.ledger.open.discard(self)
        column[name] += 1


@dataclasses.dataclass
class Death:
    """The forced death of a server process. Requests that were in flight then may fail because of it."""
    session: str  # the session that the child served; empty for a shared child
    begin: float
    end: float = float("inf")

    def touches(self, session: str, begin: float, end: float) -> bool:
        return self.session in ("", session) and begin <= self.end and end >= self.begin


class World:
    def __init__(self, port: int, isolation: str, seed: int):
        self.port = port
        self.isolation = isolation
        self.chance = random.Random(seed)
        self.ledger = Ledger()
        self.deaths: list[Death] = []
        self.tasks: set[asyncio.Task] = set()
        self.next_death = time.monotonic() + 1.0
        self._clients = 0

    @property
    def has_own_children(self) -> bool:
        """True if one child serves all requests of a session. Such a child may send requests to its client."""
        return self.isolation == "session"

    @property
    def is_shared(self) -> bool:
        return self.isolation == "shared"

    @property
    def is_over(self) -> bool:
        """True if there are so many faults that the run need not go on."""
        return len(self.ledger.faults) > 100

    def marker(self) -> str:
        """A text that only one client sends."""
        self._clients += 1
        return f"{self._clients:x}"

    def session(self, made: "type[Client] | None" = None) -> "Client":
        revision = self.chance.choice(["2025-03-26", "2025-06-18", "2025-11-25", "2025-11-25"])
        return (made or Client)(self, revision, self.marker())

    def death_between(self, session: str, begin: float, end: float) -> bool:
        # The bridge notices a death a little later than the client that caused it.
        return any(death.touches(session, begin - 1.0, end) for death in self.deaths[-50:])

    def spawn(self, work) -> asyncio.Task:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task


class Client(Session):
    """A session with a marker of its own. It reports every message that has the marker of another session."""

    def __init__(self, world: World, revision: str, marker: str):
        super().__init__(world.port, revision, self._check, f"mk-{marker}-")
        self.world = world
        self.marker = marker
        self.count = 0
        self.heard: list[dict] = []     # messages of the GET stream
        self.is_broken = False          # an expected answer did not arrive
        self.quiet_since = time.monotonic()
        self.listener: asyncio.Task | None = None
        self.reply_to = lambda method, params: {"echo": params.get("marker", "none")}

    def payload(self) -> str:
        self.count += 1
        return f"mk-{self.marker}-{self.count}"

    def start_listening(self):
        self.listener = self.world.spawn(self._listen())

    async def _listen(self):
        try:
            await self.listen(self.heard.append)
        except Exception as error:  # noqa: BLE001 - every error counts as a fault
            self.world.ledger.fault(f"the GET stream of {self.marker}: {error!r}")

    def forget(self):
        super().forget()
        if self.listener is not None:
            self.listener.cancel()
            self.listener = None

    def _check(self, way: str, message: dict):
        for found in set(MARKER.findall(str(message))):
            if found != self.marker:
                self.world.ledger.fault(f"{self.marker} received a message of {found} ({way}): {str(message)[:200]}")
