"""The host's log on stdout, as Core Tools prints it, and the same with everything else that tests want to know as JSON lines."""
import datetime
import json
import sys

from .console import TOOLING_CATEGORY, USER_CATEGORY, LogLine


class Record:
    """`file` is a text file for the JSON lines, or None."""

    def __init__(self, file=None, verbose=False, out=None):
        self._file = file
        self._verbose = verbose
        self._out = out or sys.stdout

    def log(self, level, text, category='Host'):
        self.line(LogLine(level, category, text))

    def line(self, line, handler=None):
        """`handler`: the number of the handler that said it."""
        self.event('log', level=line.level, category=line.category, text=line.text, handler=handler)
        if line.category == TOOLING_CATEGORY:
            self._print(line.text)
        elif self._verbose or (line.level != 'Debug' and line.category in (USER_CATEGORY, 'Host')):
            self._print(f'[{_now()}] {line.level}: {line.text}')

    def event(self, event, **what):
        """One JSON line; `event` says its kind."""
        if self._file:
            self._file.write(json.dumps({'event': event, 'time': _now(), **what}) + '\n')
            self._file.flush()

    def _print(self, text):
        try:
            print(text, file=self._out, flush=True)
        except BrokenPipeError:
            self._out = open('/dev/null', 'w')  # nobody reads any more; that must not end the host


def _now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec='milliseconds').replace('+00:00', 'Z')
