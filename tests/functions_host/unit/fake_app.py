"""App folders whose handler is fake_handler.py."""
import json
import tempfile
import unittest
from pathlib import Path

from support.http_client import request
from support.stand_in import StandIn

FAKE = Path(__file__).resolve().parent / 'fake_handler.py'
PROFILE = 'mcp-custom-handler'
LOCAL_SETTINGS = {'Values': {'FUNCTIONS_WORKER_RUNTIME': 'custom'}}


def host_json(*arguments, handler=None, description=None, **root):
    """host.json's content; `handler` goes into customHandler, `description` into its description, the rest to the top."""
    described = {'defaultExecutablePath': 'python3', 'arguments': [f'"{FAKE}"', *arguments], **(description or {})}
    return {'version': '2.0', 'configurationProfile': PROFILE, **root,
            'customHandler': {'http': {'defaultAuthorizationLevel': 'function'}, **(handler or {}), 'description': described}}


class AppTest(unittest.TestCase):
    """Has a folder, and starts stand-ins that are gone after the test."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='app-')
        self.addCleanup(folder.cleanup)
        self.app = Path(folder.name).resolve()

    def write(self, document, name='host.json'):
        file = self.app / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(document if isinstance(document, str) else json.dumps(document))

    def start(self, *options, environment=None, ready=True, **content):
        """Writes host.json and local.settings.json unless they are there, and starts a stand-in."""
        if content or not (self.app / 'host.json').exists():
            self.write(host_json(**content))
        if not (self.app / 'local.settings.json').exists():
            self.write(LOCAL_SETTINGS, 'local.settings.json')
        host = StandIn(self.app, *options, environment=environment, ready=ready)
        self.addCleanup(host.stop)
        return host

    def started(self, *arguments, options=(), environment=None, **content):
        """The same with arguments for the handler."""
        self.write(host_json(*arguments, **content))
        return self.start(*options, environment=environment)

    def refusal(self, *options, environment=None, **content):
        """The errors in the log of a host that does not start."""
        host = self.start(*options, environment=environment, ready=False, **content)
        self.assertEqual(host.wait(), 1, host.output())
        return '\n'.join(host.log('Error'))


def get(host, target, headers=(), **more):
    return request(host.port, 'GET', target, headers, **more)


def post(host, target, body=b'', headers=(), **more):
    return request(host.port, 'POST', target, headers, body, **more)
