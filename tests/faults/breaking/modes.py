"""The faults of a server, with the properties from which the rules compute what clients must see."""
import dataclasses
import enum


class Says(enum.Enum):
    """What the bridge makes of a server's answer."""
    RIGHT = "the right answer"
    NOTHING = "nothing that the bridge can recognise as an answer"
    REFUSAL = "an error of the server itself"
    UNUSABLE = "an answer that fails its call, because it is too long or malformed"


@dataclasses.dataclass(frozen=True)
class Mode:
    name: str
    fault: str                    # name of the fixture's fault; the README.md of stdio_fixture describes it
    ends: bool = False            # the fault ends the process or its connection
    answers: Says = Says.RIGHT    # the answers to requests that the process has read
    reads: bool = True            # whether the process still reads its input
    words: str = ""               # words in the error of the calls that the end of the process ends
    last_words: str = ""          # text on stderr before the end; only a client that has the process alone may get it
    holds_on: int = 0             # steps of the stop ladder that the process survives: 1 end of input, 2 also SIGTERM
    pings: bool = False           # the bridge pings a silent server
    by_hand: bool = False         # the test stops the process, and continues it a little later

    @property
    def is_shape(self) -> bool:
        """The fault shows in answers only."""
        return self.answers is not Says.RIGHT and self.reads and not self.ends or self.fault in SHAPES

    @property
    def is_deaf(self) -> bool:
        """A new request gets no answer from this process."""
        return not self.reads or self.answers is Says.NOTHING

    @property
    def is_silent(self) -> bool:
        """The process writes nothing, so a ping finds the fault. An answer with a wrong id counts as a sign of life."""
        return not self.reads or self.fault == "never"

    @property
    def fails_pings(self) -> bool:
        """The bridge ends the process, if a call is in flight for long enough."""
        return self.pings and self.is_silent


# Shapes of answers in which the bridge still finds the right answer.
SHAPES = ("twice", "string_id", "garbage", "prefix", "batch", "invalid_utf8", "no_version")

MODES = [
    # The process dies.
    Mode("exit", "exit", ends=True, words="exit status 3"),
    Mode("exit well", "exit_well", ends=True, words="exit status 0"),
    Mode("segfault", "segfault", ends=True, words="signal 11"),
    Mode("killed", "killed", ends=True, words="signal 9"),
    Mode("last words", "last_words", ends=True, words="exit status 4", last_words="the disk is full"),
    Mode("half a line", "half_a_line", ends=True, words="exit status 3"),
    Mode("grandchild holds stdout", "leaves_grandchild", ends=True, words="exit status 3"),
    # The process lives, and cannot be used.
    Mode("stdout closed", "close_stdout", ends=True, words="server process"),
    Mode("oversize line", "oversize", answers=Says.UNUSABLE, words="more than the 1048576"),
    Mode("does not read", "not_reading", reads=False, holds_on=1),
    Mode("does not read, with pings", "not_reading", reads=False, holds_on=1, pings=True, words="did not answer a ping"),
    Mode("stands still", "stopped", answers=Says.NOTHING, reads=False, holds_on=2),
    Mode("stands still, with pings", "stopped", answers=Says.NOTHING, reads=False, holds_on=2, pings=True,
         words="did not answer a ping"),
    Mode("stands still for a while", "stopped", by_hand=True),
    # The process sends wrong answers.
    Mode("never answers", "never", answers=Says.NOTHING),
    Mode("never answers, with pings", "never", answers=Says.NOTHING, pings=True, words="did not answer a ping"),
    Mode("null as id", "null_id", answers=Says.NOTHING),
    Mode("unknown id", "unknown_id", answers=Says.NOTHING),
    Mode("unknown id, with pings", "unknown_id", answers=Says.NOTHING, pings=True),
    Mode("result and error", "result_and_error", answers=Says.UNUSABLE, words='both "result" and "error" are there'),
    Mode("answers cut off", "cut_line", answers=Says.UNUSABLE, words="the text ends inside a string"),
    Mode("refuses", "refusing", answers=Says.REFUSAL),
    # The process sends answers that do no harm.
    *(Mode(name, fault) for name, fault in (
        ("answers twice", "twice"), ("string as id", "string_id"), ("garbage before answers", "garbage"),
        ("text before answers", "prefix"), ("answers in arrays", "batch"), ("invalid UTF-8", "invalid_utf8"),
        ("no version", "no_version"))),
    Mode("flood on stderr", "flood_stderr"),
    Mode("flood on stdout", "flood_stdout"),
    # The process does not end when it should.
    Mode("ignores SIGTERM", "ignore_term"),
    Mode("ignores the end of input", "ignore_eof", holds_on=1),
    Mode("ignores all", "ignore_all", holds_on=2),
]
