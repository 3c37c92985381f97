"""The faults that a server can have, by the properties from which the rules compute what its clients must see."""
import dataclasses
import enum


class Says(enum.Enum):
    """What a server's answer comes to."""
    RIGHT = "the right answer"
    NOTHING = "no answer that could be known as one"
    REFUSAL = "an error of the server's own"
    TOO_MUCH = "more than one message may have"


@dataclasses.dataclass(frozen=True)
class Mode:
    name: str
    fault: str                    # of the fixture; README.md beside it says what it does
    ends: bool = False            # the fault itself is the end of the process, or of its connection
    answers: Says = Says.RIGHT    # to requests that it has read
    reads: bool = True            # what is written to it from then on
    words: str = ""               # how the end is described to those whose calls it takes along
    last_words: str = ""          # what it said before, which is told to nobody else than the client that it serves alone
    holds_on: int = 0             # how many steps of the stop ladder it outlives: end of input, SIGTERM
    pings: bool = False           # the bridge asks a silent server whether it lives
    by_hand: bool = False         # stopped from outside, and continued a little later

    @property
    def is_shape(self) -> bool:
        """It shows in answers only."""
        return self.answers is not Says.RIGHT and self.reads and not self.ends or self.fault in SHAPES

    @property
    def is_deaf(self) -> bool:
        """A new request gets no answer."""
        return not self.reads or self.answers is Says.NOTHING

    @property
    def is_silent(self) -> bool:
        """Nothing comes from it at all, so that a ping finds it. A wrong id is heard."""
        return not self.reads or self.fault == "never"


# Shapes of answers from which the right one is made out all the same.
SHAPES = ("twice", "string_id", "garbage", "prefix", "cut_line", "batch", "invalid_utf8")

MODES = [
    # Dies.
    Mode("exit", "exit", ends=True, words="exit status 3"),
    Mode("exit well", "exit_well", ends=True, words="exit status 0"),
    Mode("segfault", "segfault", ends=True, words="signal 11"),
    Mode("killed", "killed", ends=True, words="signal 9"),
    Mode("last words", "last_words", ends=True, words="exit status 4", last_words="the disk is full"),
    Mode("half a line", "half_a_line", ends=True, words="exit status 3"),
    Mode("grandchild holds stdout", "leaves_grandchild", ends=True, words="exit status 3"),
    # Lives, and cannot be used.
    Mode("stdout closed", "close_stdout", ends=True, words="server process"),
    Mode("oversize line", "oversize", answers=Says.TOO_MUCH, words="more than the 1048576"),
    Mode("does not read", "not_reading", reads=False, holds_on=1),
    Mode("does not read, with pings", "not_reading", reads=False, holds_on=1, pings=True, words="did not answer a ping"),
    Mode("stands still", "stopped", answers=Says.NOTHING, reads=False, holds_on=2),
    Mode("stands still, with pings", "stopped", answers=Says.NOTHING, reads=False, holds_on=2, pings=True,
         words="did not answer a ping"),
    Mode("stands still for a while", "stopped", by_hand=True),
    # Answers wrongly.
    Mode("never answers", "never", answers=Says.NOTHING),
    Mode("never answers, with pings", "never", answers=Says.NOTHING, pings=True, words="did not answer a ping"),
    Mode("null as id", "null_id", answers=Says.NOTHING),
    Mode("unknown id", "unknown_id", answers=Says.NOTHING),
    Mode("unknown id, with pings", "unknown_id", answers=Says.NOTHING, pings=True),
    Mode("no version", "no_version", answers=Says.NOTHING),
    Mode("result and error", "result_and_error", answers=Says.NOTHING),
    Mode("refuses", "refusing", answers=Says.REFUSAL),
    # Answers in a way that is no harm.
    *(Mode(name, fault) for name, fault in (
        ("answers twice", "twice"), ("string as id", "string_id"), ("garbage before answers", "garbage"),
        ("text before answers", "prefix"), ("answers cut off", "cut_line"), ("answers in arrays", "batch"),
        ("invalid UTF-8", "invalid_utf8"))),
    Mode("flood on stderr", "flood_stderr"),
    Mode("flood on stdout", "flood_stdout"),
    # Does not go when told to.
    Mode("ignores SIGTERM", "ignore_term"),
    Mode("ignores the end of input", "ignore_eof", holds_on=1),
    Mode("ignores all", "ignore_all", holds_on=2),
]
