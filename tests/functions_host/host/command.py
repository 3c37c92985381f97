"""The command line of `run`."""
import argparse
import asyncio
import tempfile
from pathlib import Path

from .app import Choices, Host
from .record import Record

ABOUT = """A stand-in of the Azure Functions host for custom handlers. It starts the handler of an app folder (host.json, local.settings.json)
as the host does, and forwards requests to it by the rules of the host. README.md beside this program lists what it imitates."""


def arguments():
    parser = argparse.ArgumentParser(prog='run', description=ABOUT)
    parser.add_argument('app', metavar='APPDIR', type=Path, help='folder with host.json')
    parser.add_argument('--port', type=int, default=7071, metavar='N', help='public port; 0 for any free one (default: 7071)')
    parser.add_argument('--address', default='127.0.0.1', help='address to listen on (default: 127.0.0.1)')
    parser.add_argument('--auth', action='store_true', help='ask clients for keys, as `func start --enableAuth` and Azure do')
    parser.add_argument('--keys', type=Path, metavar='FILE', help='JSON file with the keys; implies --auth. If the file does not exist, it is created with random keys')
    parser.add_argument('--azure', action='store_true', help='behave as in Azure: ask for keys, ignore local.settings.json, use no Development environment, make the '
                        'handler executable, and take host and scheme from DISGUISED-HOST and X-Forwarded-Proto')
    parser.add_argument('--older-host', action='store_true', help='require FUNCTIONS_WORKER_RUNTIME to be `custom`, as older hosts do; for newer hosts the profile suffices')
    parser.add_argument('--scale-out', type=int, default=1, metavar='N', help='start N handlers, and choose one at random for each request (default: 1)')
    parser.add_argument('--cold', action='store_true', help='start the handler with the first request')
    parser.add_argument('--time-scale', type=float, default=1.0, metavar='X', help="multiply the host's timers by X: with 0.01, 30 minutes are 18 seconds")
    parser.add_argument('--break-first', action='store_true', help='break the connection to the handler once after each request without a body, so that the '
                        'request is delivered again')
    parser.add_argument('--record', type=Path, metavar='FILE', help='append every event to this file, as JSON lines')
    parser.add_argument('--verbose', action='store_true', help="also show the host's own lines and debug lines")
    return parser.parse_args()


def main():
    given = arguments()
    keys = given.keys
    if keys is None and (given.auth or given.azure):
        keys = Path(tempfile.mkdtemp(prefix='functions-host-')) / 'keys.json'
        print(f'The keys are in {keys}', flush=True)
    choices = Choices(given.app, given.port, given.address, keys, max(1, given.scale_out), given.cold, given.azure, given.time_scale,
                      given.break_first, given.older_host)
    file = given.record.open('a', encoding='utf-8') if given.record else None

    async def run():
        return await Host(choices, Record(file, given.verbose)).run()

    return asyncio.run(run())
