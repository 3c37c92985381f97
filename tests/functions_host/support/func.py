"""The real host: Azure Functions Core Tools, where they are installed."""
import os
import shutil
import signal
import subprocess
import tempfile

from host.free_port import free_port

from .http_client import request
from .processes import descendants
from .waiting import eventually

MISSING = 'func is not on PATH; Azure Functions Core Tools 4.5 or later make this run'


def is_here():
    return shutil.which('func') is not None


class Func:
    """`func start` in an app folder; what the tests of both hosts need of it."""

    def __init__(self, app, environment=None):
        self.port = free_port()
        self._output = tempfile.NamedTemporaryFile('w+', prefix='func-')
        self.process = subprocess.Popen(['func', 'start', '--port', str(self.port)], cwd=app, stdin=subprocess.DEVNULL, stdout=self._output,
                                        stderr=subprocess.STDOUT, start_new_session=True, env={**os.environ, **(environment or {})})
        try:
            eventually(self._answers, 'func answers', 60)
        except BaseException:
            self.stop()
            raise

    def _answers(self):
        assert self.process.poll() is None, self.output()
        try:
            return request(self.port, 'GET', '/', seconds=30).status < 500
        except OSError:
            return False

    def handler_pid(self, number=0):
        return next((pid for pid, name in descendants(self.process.pid) if name == 'mcp-bridge'), None)

    def output(self):
        self._output.seek(0)
        return self._output.read()

    def interrupt(self):
        os.killpg(self.process.pid, signal.SIGINT)

    def wait(self, seconds=30):
        return self.process.wait(seconds)

    def stop(self):
        """It has ignored SIGTERM in the past."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._output.close()
