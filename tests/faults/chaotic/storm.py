"""Hits server processes, and decides which failed requests a hit excuses."""
import asyncio
import collections
import contextlib
import dataclasses
import os
import signal
import time

from crowd.bridge import Bridge, identity
from soaking.world import World

# Seconds for which a hit excuses failures: SEEN until the bridge notices that a process ended, FOUND until it finds that a process is stopped.
SEEN = 2.5
FOUND = 9.0


def send(pid: int, hit: signal.Signals):
    """The bridge can end a process at any time, also just before the signal."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, hit)


@dataclasses.dataclass
class Disturbance:
    pid: int      # 0 for any process: one process serves all clients, or each request has another
    begin: float
    end: float


class Storm(World):
    """The world of the clients, with hits on their servers."""

    def __init__(self, bridge: Bridge, isolation: str, seed: int, slack: float):
        super().__init__(bridge.port, isolation, seed)
        self.bridge = bridge
        self.slack = slack
        self.disturbed: collections.deque[Disturbance] = collections.deque(maxlen=20_000)
        self.done = collections.Counter()
        self.is_on = False
        self.on_until = 0.0
        self.lag = 0.0    # longest delay of the clients' event loop, in seconds
        self.stopped: dict[str, float] = {}    # the times at which processes continue, by identity

    def note(self, pid: int, how: str, lasts: float = SEEN):
        self.done[how] += 1
        now = time.monotonic()
        self.disturbed.append(Disturbance(pid if self.has_own_children else 0, now, now + lasts + self.slack))

    def excuses(self, pid: int, begin: float, end: float) -> bool:
        """True if a hit may have made the request between `begin` and `end` fail. `pid` is its process; 0 if that is unknown."""
        if pid == 0:
            return begin < self.on_until + FOUND + self.slack
        for each in reversed(self.disturbed):
            if each.pid in (0, pid) and begin <= each.end and end >= each.begin:
                return True
            if each.end < begin - 60:
                break
        return False

    def hit(self, pid: int) -> bool:
        """True if the process was hit at some time."""
        return any(each.pid == pid for each in self.disturbed)

    # ---- the hits

    async def run(self, until: float):
        self.is_on = True
        self.on_until = until
        pause = (0.8, 2.5) if self.is_shared else (0.05, 0.3)
        while time.monotonic() < until and self.bridge.is_running:
            self.strike()
            await asyncio.sleep(self.chance.uniform(*pause))
            self.continue_stopped()
        self.is_on = False
        while self.stopped:
            self.continue_stopped()
            await asyncio.sleep(0.1)

    def strike(self):
        children = self.bridge.children()
        if not children:
            return
        pid = self.chance.choice(children)
        who = identity(pid)
        if pid <= 1 or not who:
            return
        how = self.chance.choices(["killed", "terminated", "stopped for a while", "stopped"], [4, 1, 3, 1])[0]
        if how == "stopped for a while":
            lasts = self.chance.uniform(0.05, 1.0)
            self.stopped[who] = time.monotonic() + lasts
            self.note(pid, how, lasts + SEEN)
            send(pid, signal.SIGSTOP)
        elif how == "stopped":
            self.note(pid, how, FOUND)
            send(pid, signal.SIGSTOP)
        else:
            self.note(pid, how)
            send(pid, signal.SIGKILL if how == "killed" else signal.SIGTERM)

    def continue_stopped(self):
        for who, when in list(self.stopped.items()):
            if time.monotonic() >= when:
                del self.stopped[who]
                pid = int(who.partition("@")[0])
                if pid > 1 and identity(pid) == who:
                    send(pid, signal.SIGCONT)
