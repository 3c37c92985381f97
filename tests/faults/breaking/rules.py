"""Computes what clients must see, from the fault, its moment, and the isolation.

1. A request that does not reach the faulty process gets the right answer. A process serves one session, all sessions, or one request.
2. When a process ends, all requests in flight on it fail at once, and the errors say how the process ended. The session goes on: its
   next request gets a new process and the right answer.
3. A request to a process that does not answer fails after the request timeout. The bridge notices such a process only by pings, if it
   sends pings and the process writes nothing at all. It then ends the process, and rule 2 applies. A call that a process answers although it
   reads nothing gets its answer if that comes before a ping can fail.
4. An `initialize` opens a process. The bridge ends a process that does not answer it within the start timeout.
5. The bridge forwards everything that it can recognise as an answer; an error of the server is an answer. An answer that is too long fails
   its own request only. Other output has no effect.
6. A process that always fails to open makes a crash loop. Clients then get 503 with Retry-After at once.
7. A client of 2026-07-28 opens no session. Rule 2 holds for a call that waits for an answer of its client, and for a task: the repeated
   request, or the task, says how the process ended. A call to which its client does not come back is forgotten after the request timeout.
   A task that gets no answer fails after the longest time of a task. While a client listens, a process that ends is replaced at once.
8. After SIGTERM, the bridge lets requests in flight end for a while, then cuts them off and reports that by its exit code. It ends
   within that time plus two steps of the stop ladder, whatever its processes do."""
import dataclasses
import enum

from .modes import Mode, Says

# Seconds; all of them are options of the bridge.
REQUEST_TIMEOUT = 1.2
START_TIMEOUT = 1.2
PING_AFTER = 0.5
PING_TIMEOUT = 0.5
PARKED_FOR = 3.0
TASK_TIME = 3.5
DRAIN = 1.5
GRACE = 0.2

# Seconds between two checks of the bridge for deadlines that have passed.
SWEEP = 1.0

# Seconds of a call in flight after which a ping has found a silent process.
FOUND = PING_AFTER + PING_TIMEOUT + 2 * SWEEP

# Seconds within which clients must learn that a process has ended.
TOLD_WITHIN = 1.0

# Seconds that a new process may need on a busy machine.
START = 1.0

# Seconds within which a process that ended is replaced for a client that listens.
REPLACED = TOLD_WITHIN + START

# The moments that only clients of 2026-07-28 know.
PARKED = "call parked"
GONE = "call parked, client gone"
PARKED_AT_THE_END = "shutting down, a call parked"
LISTENING = "listening"
TASK = "task running"


class Kind(enum.Enum):
    RIGHT = "the right answer"
    LOST = "an error that says why there is no answer"
    TIMED_OUT = "a timeout"
    REFUSED = "an error of the server"
    UNAVAILABLE = "503 with Retry-After"


@dataclasses.dataclass(frozen=True)
class Expected:
    kind: Kind
    within: float
    words: str = ""

    def __str__(self) -> str:
        return f"{self.kind.value} within {self.within:g} s" + (f", with '{self.words}'" if self.words else "")


class Model:
    """Follows the events of one cell and predicts their outcomes."""

    def __init__(self, mode: Mode, isolation: str, door: str, request_timeout: float = REQUEST_TIMEOUT):
        self.mode = mode
        self.isolation = isolation
        self.is_modern = door in ("modern", "through")
        self.request_timeout = request_timeout
        self.has_tasks = False    # a request that gets no answer becomes a task
        self.is_faulty = False    # the process that the next request reaches has the fault
        self.is_stopping = False
        self.is_crowded = False   # several sessions have used the process, if it can serve several

    # ---- events

    def strike(self):
        self.is_faulty = not self.mode.ends

    def mend(self):
        self.is_faulty = False

    def leave_session(self):
        """The next request belongs to another session."""
        if self.isolation != "shared":
            self.is_faulty = False

    # ---- outcomes

    def in_flight(self, work: float) -> Expected:
        """The outcome of a request that the process had read when the fault happened."""
        mode = self.mode
        if mode.ends:
            return Expected(Kind.LOST, TOLD_WITHIN, mode.words)
        if mode.answers is Says.NOTHING or (mode.fails_pings and work > FOUND):
            return self._unanswered()
        return self._answered(work)

    def resumed(self) -> Expected:
        """The outcome of a call to whose client the server had put a question when the fault happened, and which now answers it."""
        return self.in_flight(0.0) if self.mode.ends else self.request()

    def request(self, work: float = 0.0) -> Expected:
        """The outcome of a request that is sent now."""
        if not self.is_faulty:
            return Expected(Kind.RIGHT, work + START)
        out = self._unanswered() if self.mode.is_deaf else self._answered(work)
        if self.isolation == "request":
            self.is_faulty = False
        return out

    def opening(self, has_read: bool, by: str = "initialize") -> Expected:
        """The outcome of an `initialize` that opens a process, or of a call that waits for the bridge to open one, as all of 2026-07-28 do."""
        mode = self.mode
        by = "call" if self.is_modern else by
        if not self.is_faulty and not mode.ends:
            return Expected(Kind.RIGHT, START)
        self.is_faulty = False
        if mode.ends:
            return Expected(Kind.LOST, TOLD_WITHIN + START, mode.words)
        if mode.answers is Says.NOTHING or (mode.is_deaf and not has_read):
            return Expected(Kind.LOST, START_TIMEOUT + START, "did not answer initialize in time")
        if mode.answers is Says.REFUSAL:
            return Expected(Kind.REFUSED if by == "initialize" else Kind.LOST, START, "refused as told")
        if mode.answers is Says.UNUSABLE:
            return Expected(Kind.LOST, TOLD_WITHIN + START, mode.words)
        self.is_faulty = True
        return Expected(Kind.RIGHT, START)

    def _answered(self, work: float) -> Expected:
        if self.mode.answers is Says.UNUSABLE:
            return Expected(Kind.LOST, work + TOLD_WITHIN, self.mode.words)
        if self.mode.answers is Says.REFUSAL:
            return Expected(Kind.REFUSED, work + START, "refused as told")
        return Expected(Kind.RIGHT, work + START)

    def _unanswered(self) -> Expected:
        if self.is_stopping:
            return Expected(Kind.LOST, DRAIN + TOLD_WITHIN, "shutting down")
        if self.mode.fails_pings:
            self.is_faulty = False
            return Expected(Kind.LOST, FOUND + TOLD_WITHIN, self.mode.words)
        if self.has_tasks:
            return Expected(Kind.LOST, TASK_TIME + 2 * SWEEP + TOLD_WITHIN, "the task took longer")
        within = self.request_timeout + SWEEP + TOLD_WITHIN
        # 2026-07-28 leaves the code of the other revisions to servers.
        return Expected(Kind.LOST, within, "Request timed out") if self.is_modern else Expected(Kind.TIMED_OUT, within)

    def exit_code(self) -> int:
        """The exit code of a bridge that gets SIGTERM while requests are in flight."""
        return 1 if self.mode.answers is Says.NOTHING else 0

    def tells_last_words(self) -> bool:
        # Clients of 2026-07-28 without a key are one user.
        return not (self.is_crowded and self.isolation == "shared" and not self.is_modern)


def left_out(mode: Mode, moment: str, isolation: str, door: str) -> str:
    """Says why this combination is no cell. Empty if it is one."""
    if door == "through" and moment not in ("idle", "calls in flight", "shutting down"):
        return "a call that is not translated is neither parked nor a task, and its process opens and listens as that of any client"
    if door in ("modern", "through"):
        return left_out_of_modern(mode, moment, isolation)
    if moment in (PARKED, GONE, PARKED_AT_THE_END, LISTENING, TASK):
        return "only clients of 2026-07-28 have such calls and streams"
    is_start = moment.startswith(("at the start", "in initialize"))
    if is_start and mode.by_hand:
        return "the test does not learn of a process early enough to stop it at its start"
    if moment.startswith("at the start") and mode.is_shape:
        return "a fault of answers first shows in the answer to initialize, which is another moment"
    if moment.endswith("always") and not fails_to_open(mode, moment):
        return "a process that can be opened makes no crash loop"
    if mode.pings and is_start:
        return "an initialize without an answer has a timeout of its own, so pings play no part"
    if mode.pings and moment == "shutting down":
        return "the ping timeout and the drain timeout would pass at about the same time"
    if door == "sse" and isolation == "request":
        return "HTTP+SSE changes only the streams, and isolation request changes only the processes; each is tested without the other"
    if door == "sse" and (is_start or moment == "before initialize"):
        return "a process that is being opened does not depend on the transport of its clients"
    if door == "sse" and moment == "stream attached":
        return "a client of HTTP+SSE has its stream attached at every moment"
    return ""


def left_out_of_modern(mode: Mode, moment: str, isolation: str) -> str:
    if moment == "before initialize":
        return "a client of 2026-07-28 sends no initialize"
    if moment in ("stream attached", "client gone and resuming"):
        return "2026-07-28 knows no other streams than those of requests, and no resuming"
    if isolation != "session" and moment not in (LISTENING, TASK):
        return "the door of 2026-07-28 changes only the requests, and the isolation only the processes; each is tested without the other"
    if moment == LISTENING and not mode.ends:
        return "a process that goes on is not replaced, and an idle one gets no pings"
    if moment == LISTENING and isolation == "request" or moment == TASK and isolation != "session" and not mode.ends:
        return "a process of one request has no notices, and only the end of a process depends on the isolation of a task"
    if moment in (GONE, PARKED_AT_THE_END) and (mode.is_shape or mode.pings):
        return "a call that gets no answer depends neither on the form of answers, nor on a ping that ends it anyway"
    return left_out(mode, moment, isolation, "streamable") if moment not in (PARKED, GONE, PARKED_AT_THE_END, LISTENING, TASK) else ""


def fails_to_open(mode: Mode, moment: str) -> bool:
    has_read = moment.startswith("in initialize")
    return mode.ends or mode.answers is not Says.RIGHT or (mode.is_deaf and not has_read)
