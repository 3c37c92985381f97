"""What clients must see, computed from what the fault is, when it comes and whose the server process is.

1. Whoever does not reach the faulty process is answered rightly. A process is one session's, everyone's, or one request's.
2. The end of a process ends all that is in flight on it, at once, with how it ended. The session lives: what comes next gets a new
   process, and is answered rightly.
3. A process that does not answer costs its client the request's time-out, and is found by nothing else; but by pings, if the bridge
   sends them and nothing at all comes back: then it is ended, as by rule 2.
4. A process is opened by an `initialize`. One that does not answer it has the start's time-out and is ended then.
5. What can be known as an answer is one, and is passed on; a server's own error is an answer. One that is too long
   is an error in its place, and that alone. What else it writes is nobody's concern.
6. A process that always fails to open makes a crash loop: then its clients are told at once when to come again.
7. A bridge that is told to stop lets requests in flight end for a while, then cuts them off and says so by its exit code. It ends
   within that time and two steps of the stop ladder, whatever its processes do."""
import dataclasses
import enum

from .modes import Mode, Says

# Seconds, all of them flags of the bridge.
REQUEST_TIMEOUT = 1.2
START_TIMEOUT = 1.2
PING_AFTER = 0.5
PING_TIMEOUT = 0.5
DRAIN = 1.5
GRACE = 0.2

# Seconds. The bridge looks that often for what is over its time.
SWEEP = 1.0

# Until the end of a process is told, as the promise is.
TOLD_WITHIN = 1.0

# A new process, on a busy machine.
START = 1.0


class Kind(enum.Enum):
    RIGHT = "the right answer"
    LOST = "an error that says what became of the answer"
    TIMED_OUT = "a time-out"
    REFUSED = "the server's own error"
    UNAVAILABLE = "503 with Retry-After"


@dataclasses.dataclass(frozen=True)
class Expected:
    kind: Kind
    within: float
    words: str = ""

    def __str__(self) -> str:
        return f"{self.kind.value} within {self.within:g} s" + (f", with '{self.words}'" if self.words else "")


class Model:
    """Follows one cell: is told what happens, and says what must come of it."""

    def __init__(self, mode: Mode, isolation: str):
        self.mode = mode
        self.isolation = isolation
        self.is_faulty = False    # the process that the next request reaches
        self.is_stopping = False
        self.is_crowded = False   # it has known several sessions, if it can

    # ---- what happens

    def strike(self):
        self.is_faulty = not self.mode.ends

    def mend(self):
        self.is_faulty = False

    def leave_session(self):
        """What comes now is another session's."""
        if self.isolation != "shared":
            self.is_faulty = False

    # ---- what must come of it

    def in_flight(self, work: float) -> Expected:
        """A request that the process had read."""
        mode = self.mode
        if mode.ends:
            return Expected(Kind.LOST, TOLD_WITHIN, mode.words)
        if mode.answers is Says.NOTHING:
            return self._unanswered()
        return self._answered(work)

    def request(self, work: float = 0.0) -> Expected:
        """One that is sent to it now."""
        if not self.is_faulty:
            return Expected(Kind.RIGHT, work + START)
        out = self._unanswered() if self.mode.is_deaf else self._answered(work)
        if self.isolation == "request":
            self.is_faulty = False
        return out

    def opening(self, has_read: bool, by: str = "initialize") -> Expected:
        """An `initialize` that opens it; or, if the bridge opens it in its own words, what waits for that."""
        mode = self.mode
        if not self.is_faulty and not mode.ends:
            return Expected(Kind.RIGHT, START)
        self.is_faulty = False
        if mode.ends:
            return Expected(Kind.LOST, TOLD_WITHIN + START, mode.words)
        if mode.answers is Says.NOTHING or (mode.is_deaf and not has_read):
            return Expected(Kind.LOST, START_TIMEOUT + START, "did not answer initialize in time")
        if mode.answers is Says.REFUSAL:
            return Expected(Kind.REFUSED if by == "initialize" else Kind.LOST, START, "refused as told")
        if mode.answers is Says.TOO_MUCH:
            return Expected(Kind.LOST, TOLD_WITHIN + START, mode.words)
        self.is_faulty = True
        return Expected(Kind.RIGHT, START)

    def _answered(self, work: float) -> Expected:
        if self.mode.answers is Says.TOO_MUCH:
            return Expected(Kind.LOST, work + TOLD_WITHIN, self.mode.words)
        if self.mode.answers is Says.REFUSAL:
            return Expected(Kind.REFUSED, work + START, "refused as told")
        return Expected(Kind.RIGHT, work + START)

    def _unanswered(self) -> Expected:
        if self.is_stopping:
            return Expected(Kind.LOST, DRAIN + TOLD_WITHIN, "shutting down")
        if self.mode.pings and self.mode.is_silent:
            self.is_faulty = False
            return Expected(Kind.LOST, PING_AFTER + PING_TIMEOUT + 2 * SWEEP + TOLD_WITHIN, self.mode.words)
        return Expected(Kind.TIMED_OUT, REQUEST_TIMEOUT + SWEEP + TOLD_WITHIN)

    def exit_code(self) -> int:
        """Of a bridge that is told to stop while requests are in flight."""
        return 1 if self.mode.answers is Says.NOTHING else 0

    def tells_last_words(self) -> bool:
        return not (self.is_crowded and self.isolation == "shared")


def left_out(mode: Mode, moment: str, isolation: str, door: str) -> str:
    """Why there is no such cell; empty if there is one."""
    is_start = moment.startswith(("at the start", "in initialize"))
    if is_start and mode.by_hand:
        return "nobody is told of a process that has just begun, to stop and continue it"
    if moment.startswith("at the start") and mode.is_shape:
        return "what shows in answers only shows first in that to initialize, which is a moment of its own"
    if moment.endswith("always") and not fails_to_open(mode, moment):
        return "one that can be opened is no crash loop"
    if mode.pings and is_start:
        return "an initialize that is not answered has a time-out of its own"
    if mode.pings and moment == "shutting down":
        return "two deadlines would race"
    if door == "sse" and isolation == "request":
        return "it differs from the other door by its streams, and from the other isolations by its processes, in no way together"
    if door == "sse" and (is_start or moment == "before initialize"):
        return "no process knows by which door its clients come"
    if door == "sse" and moment == "stream attached":
        return "a client of HTTP+SSE has its stream attached at every moment"
    return ""


def fails_to_open(mode: Mode, moment: str) -> bool:
    has_read = moment.startswith("in initialize")
    return mode.ends or mode.answers is not Says.RIGHT or (mode.is_deaf and not has_read)
