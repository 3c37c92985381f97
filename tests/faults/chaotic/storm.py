"""What is done to the server processes, and whom that excuses."""
import asyncio
import collections
import dataclasses
import os
import signal
import time

from crowd.bridge import Bridge, identity
from soaking.world import World

# Seconds that a disturbance lasts for those whose process it hit: until it is seen, and until a process that stands still is found.
SEEN = 2.5
FOUND = 9.0


@dataclasses.dataclass
class Disturbance:
    pid: int      # 0: it can be anybody's, as one process serves all, or each request another
    begin: float
    end: float


class Storm(World):
    """The clients' world, in which their servers are not safe."""

    def __init__(self, bridge: Bridge, isolation: str, seed: int, slack: float):
        super().__init__(bridge.port, isolation, seed)
        self.bridge = bridge
        self.slack = slack
        self.disturbed: collections.deque[Disturbance] = collections.deque(maxlen=20_000)
        self.done = collections.Counter()
        self.is_on = False
        self.on_until = 0.0
        self.lag = 0.0    # seconds that the clients' own loop was late at most
        self.stopped: dict[str, float] = {}    # by identity: when it is continued

    def note(self, pid: int, how: str, lasts: float = SEEN):
        self.done[how] += 1
        now = time.monotonic()
        self.disturbed.append(Disturbance(pid if self.has_own_children else 0, now, now + lasts + self.slack))

    def excuses(self, pid: int, begin: float, end: float) -> bool:
        """A request of `begin` to `end` may have met the end of that process; 0: it is not known which one."""
        if pid == 0:
            return begin < self.on_until + FOUND + self.slack
        for each in reversed(self.disturbed):
            if each.pid in (0, pid) and begin <= each.end and end >= each.begin:
                return True
            if each.end < begin - 60:
                break
        return False

    def hit(self, pid: int) -> bool:
        """It has been killed or stopped at some time."""
        return any(each.pid == pid for each in self.disturbed)

    # ---- what is done

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
            os.kill(pid, signal.SIGSTOP)
        elif how == "stopped":
            self.note(pid, how, FOUND)
            os.kill(pid, signal.SIGSTOP)
        else:
            self.note(pid, how)
            os.kill(pid, signal.SIGKILL if how == "killed" else signal.SIGTERM)

    def continue_stopped(self):
        for who, when in list(self.stopped.items()):
            if time.monotonic() >= when:
                del self.stopped[who]
                pid = int(who.partition("@")[0])
                if pid > 1 and identity(pid) == who:
                    os.kill(pid, signal.SIGCONT)
