"""What the acceptance tests share: a clean package folder, and one of the two hosts over it."""
import atexit
import functools
import json
import os
import shutil
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

from support.func import Func
from support.mcp_client import Session
from support.stand_in import StandIn

ROOT = Path(__file__).resolve().parents[3]
WEATHER = ('bin/weather-stdio', '--sample')


def program(variable, otherwise):
    return Path(os.environ.get(variable) or ROOT / otherwise).resolve()


BRIDGE = program('MCP_BRIDGE_BIN', 'bin/mcp-bridge')  # with weather-stdio and its samples beside it
FIXTURE = program('STDIO_FIXTURE_BIN', 'build/asan/tests/support/stdio_fixture/stdio_fixture')


def either_host(test):
    """A test that the real host runs as well, where it is installed."""
    test.either_host = True
    return test


_packing = threading.Lock()


@functools.cache
def _packaged():
    """The folder that scripts/package makes of the programs, once for all tests."""
    out = tempfile.TemporaryDirectory(prefix='packaged-')
    atexit.register(out.cleanup)
    subprocess.run([ROOT / 'scripts/package', '--out', out.name, '--binary', BRIDGE], check=True, stdout=subprocess.DEVNULL)
    return Path(out.name) / 'app'


def lay_out(folder):
    """The shipped files, as they are deployed, and the settings of one's own machine beside them."""
    with _packing:
        package = _packaged()
    shutil.copytree(package, folder, dirs_exist_ok=True)
    shutil.copy2(ROOT / 'local.settings.json.example', folder / 'local.settings.json')


class AcceptanceTest(unittest.TestCase):
    kind = 'stand-in'

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='package-')
        self.addCleanup(folder.cleanup)
        self.app = Path(folder.name).resolve()
        lay_out(self.app)

    def serve(self, *server, limits=None, **options):
        """Changes bridge.json: another server, other options and limits."""
        command, *arguments = [str(word) for word in server or WEATHER]
        options = {'isolation': 'shared', **{name.replace('_', '-'): value for name, value in options.items()}}
        document = {'mcpServers': {'served': {'command': command, 'args': arguments}}, 'options': options, 'limits': limits or {}}
        (self.app / 'bridge.json').write_text(json.dumps(document))

    def change_host_json(self, change):
        document = json.loads((self.app / 'host.json').read_text())
        change(document)
        (self.app / 'host.json').write_text(json.dumps(document))

    def start(self, *options, environment=None, ready=True):
        """`options` are the stand-in's own, for tests that only it can run."""
        if self.kind == 'func':
            host = Func(self.app, environment)
        else:
            host = StandIn(self.app, *options, environment=environment, ready=ready)
        self.addCleanup(host.stop)
        return host

    def start_with_keys(self, *options, environment=None):
        """A host that asks for keys, and the keys."""
        folder = tempfile.TemporaryDirectory(prefix='keys-')
        self.addCleanup(folder.cleanup)
        file = Path(folder.name) / 'keys.json'
        host = self.start('--keys', str(file), *options, environment=environment)
        return host, json.loads(file.read_text())

    def weather_works(self, session):
        """The two tools are there, and one of them gives its sample answer."""
        self.assertEqual({tool['name'] for tool in session.result('tools/list')['tools']}, {'get_alerts', 'get_forecast'})
        result = session.call('get_alerts', state='CA')
        self.assertFalse(result.get('isError'), result)
        self.assertGreater(len(result['content'][0]['text']), 20)

    def open(self, host, **more):
        return Session(host.port, **more).open()
