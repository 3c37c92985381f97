"""The stand-in as a process: started for an app folder, its record read, ended by its id."""
import json
import os
import signal
import subprocess
import tempfile
from pathlib import Path

from .waiting import eventually

PROGRAM = Path(__file__).resolve().parent.parent / 'run'


class StandIn:
    """Its own process group, so that `interrupt` is what a terminal's Ctrl-C is. `environment` is added to this process's."""

    def __init__(self, app, *options, environment=None, ready=True):
        self._folder = tempfile.TemporaryDirectory(prefix='stand-in-')
        self._record = Path(self._folder.name) / 'record.jsonl'
        self._output = (Path(self._folder.name) / 'output').open('w+')
        self.process = subprocess.Popen([PROGRAM, app, '--port', '0', '--record', self._record, *options], stdin=subprocess.DEVNULL,
                                        stdout=self._output, stderr=subprocess.STDOUT, start_new_session=True,
                                        env={**os.environ, **(environment or {})})
        self.port = None
        if ready:
            try:
                self.port = self.wait_for('listening')['port']
            except BaseException:
                self.stop()
                raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def events(self, kind, **which):
        """What has been recorded of that kind so far, with these values."""
        if not self._record.exists():
            return []
        lines = [json.loads(line) for line in self._record.read_text().splitlines(keepends=True) if line.endswith('\n')]
        return [line for line in lines if line['event'] == kind and all(line[name] == value for name, value in which.items())]

    def wait_for(self, kind, count=1, seconds=10, **which):
        """The `count`th event of that kind with these values."""
        def found():
            events = self.events(kind, **which)
            if len(events) >= count:
                return events[count - 1]
            if self.process.poll() is not None and len(self.events(kind, **which)) < count:
                raise AssertionError(f'the host ended with {self.process.returncode} before {kind} {which}:\n{self.output()}')
            return None
        return eventually(found, f'{count} x {kind} {which}', seconds)

    def log(self, level=None):
        return [line['text'] for line in self.events('log') if level in (None, line['level'])]

    def output(self):
        return Path(self._output.name).read_text(errors='replace')

    def record_text(self):
        return self._record.read_text()

    def handler_pid(self, number=0):
        return self.events('handler_started', handler=number)[-1]['pid']

    def handler_port(self, number=0):
        return self.events('handler_started', handler=number)[-1]['port']

    def interrupt(self):
        os.killpg(self.process.pid, signal.SIGINT)

    def wait(self, seconds=10):
        """The exit code; 128+n for signal n."""
        code = self.process.wait(seconds)
        return code if code >= 0 else 128 - code

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if not self._output.closed:
            self._output.close()
            self._folder.cleanup()
