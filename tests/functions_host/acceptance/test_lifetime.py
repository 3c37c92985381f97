"""A handler is killed, fails, is restarted, is told to end: what clients see, and that nothing stays behind."""
import os
import signal
import threading
import time
from datetime import datetime

from support.http_client import request
from support.mcp_client import Session
from support.processes import alive, descendants, using
from support.waiting import eventually

from .base import FIXTURE, AcceptanceTest, either_host


class Lifetime(AcceptanceTest):
    def child_of(self, host, name):
        """The server behind the bridge, once there is one."""
        return eventually(lambda: next((pid for pid, program in descendants(host.handler_pid()) if program == name), None), 'the server runs')

    def nothing_left(self, seconds=2):
        eventually(lambda: not using(self.app), f'no process of the package is left; there are {using(self.app)}', seconds)

    @either_host
    def test_a_killed_handler_is_back_and_nothing_of_its_server_stays(self):
        self.serve()
        host = self.start()
        session = self.open(host)
        self.weather_works(session)
        handler, child = host.handler_pid(), self.child_of(host, 'weather-stdio')
        os.kill(handler, signal.SIGKILL)
        eventually(lambda: not alive(child), 'the server ends with the bridge', 2)
        eventually(lambda: host.handler_pid() not in (None, handler), 'another handler')
        # The session is gone with the memory that held it; the client begins another one.
        self.assertEqual(session.send('tools/list').status, 404)
        self.weather_works(self.open(host))

    def test_a_handler_killed_under_load_costs_only_the_calls_in_flight(self):
        self.serve()
        host = self.start()
        crowd = Crowd(host.port, clients=8)
        crowd.begin()
        for count in (1, 2):  # two, as the third error would end the host
            eventually(lambda: len(crowd.done) >= 200 * count, 'calls go on', 20)
            os.kill(host.handler_pid(), signal.SIGKILL)
            host.wait_for('handler_ready', count + 1)
        eventually(lambda: len(crowd.done) >= 800, 'calls go on', 20)
        crowd.end()
        # Until the host has seen the end, it sends requests to where nobody is.
        killed = [datetime.fromisoformat(event['time']).timestamp() for event in host.events('handler_exited')]
        failed = [call for call in crowd.done if call.status not in (200, 404)]
        for call in failed:
            self.assertTrue(any(call.began <= at + 0.002 and call.ended >= at for at in killed), f'not in flight at a kill ({killed}): {call}')
            self.assertEqual(call.status, 500)
        self.assertLessEqual(len(failed), 2 * len(crowd.clients))
        # What is lost is the sessions: each client hears 404 once for each kill, and opens a new one at the first try.
        lost = [call for call in crowd.done if call.status == 404]
        self.assertLessEqual(len(lost), 2 * len(crowd.clients))
        self.assertTrue(lost)
        self.assertEqual(crowd.trouble, [])
        self.assertEqual(len({event['port'] for event in host.events('handler_started')}), 1)

    def test_three_crashes_end_the_host(self):
        self.serve(no_such_option='x')
        host = self.start(ready=False)
        self.assertEqual(host.wait(20), 1)
        codes = [event['code'] for event in host.events('handler_exited')]
        self.assertEqual(len(codes), 3)
        self.assertNotIn(0, codes)
        self.assertIn('no-such-option', '\n'.join(host.log('Error')))

    def test_whatever_keeps_the_bridge_from_starting_its_exit_code_is_not_0(self):
        for change in ({'mcpServers': {}}, {'mcpServers': {'x': {'command': ''}}}, 'no JSON'):
            (self.app / 'bridge.json').write_text(change if isinstance(change, str) else str(change).replace("'", '"'))
            host = self.start(ready=False)
            self.assertEqual(host.wait(20), 1, host.output())
            self.assertNotIn(0, [event['code'] for event in host.events('handler_exited')])

    def test_a_server_that_cannot_be_started_does_not_end_the_bridge(self):
        self.serve('bin/no-such-server')
        host = self.start()
        self.assertEqual(request(host.port, 'GET', '/').status, 200)
        response = Session(host.port).send('initialize', {'protocolVersion': '2025-11-25', 'capabilities': {}, 'clientInfo': {'name': 'x', 'version': '1'}})
        self.assertIn(b'"error"', response.body)
        self.assertEqual(host.events('handler_exited'), [])

    def test_exit_code_0_is_for_signals(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            self.serve()
            host = self.start()
            self.open(host)
            os.kill(host.handler_pid(), number)
            self.assertEqual(host.wait_for('handler_exited')['code'], 0)
            host.stop()
            self.nothing_left()

    @either_host
    def test_ctrl_c_ends_host_bridge_and_server(self):
        self.serve()
        host = self.start()
        self.weather_works(self.open(host))
        handler, child = host.handler_pid(), self.child_of(host, 'weather-stdio')
        host.interrupt()
        code = host.wait()
        if self.kind == 'stand-in':
            self.assertEqual((code, host.events('handler_exited')[0]['code']), (0, 0))
        eventually(lambda: not alive(handler) and not alive(child), 'both have ended', 2)
        self.nothing_left()

    def test_a_host_that_stops_kills_and_leaves_nothing(self):
        self.serve()
        host = self.start()
        session = self.open(host)
        self.weather_works(session)
        with session.listen() as stream:
            stream.head()
            host.process.terminate()
            self.assertEqual(host.wait(), 0)
        self.assertEqual(host.events('handler_exited')[0]['code'], 137)
        self.nothing_left()
        self.weather_works(self.open(self.start()))

    def test_a_call_that_takes_too_long_costs_the_handler_and_it_comes_back(self):
        self.serve(FIXTURE)
        host = self.start(environment={'AzureFunctionsJobHost__functionTimeout': '00:00:02'})
        session = self.open(host)
        child = self.child_of(host, FIXTURE.name)
        response = session.send('tools/call', {'name': 'slow', 'arguments': {'ms': 30000}})
        self.assertEqual(response.status, 500)
        eventually(lambda: not alive(child), 'the server ends with the bridge', 2)
        self.open(host).call('echo')
        self.assertEqual(host.events('handler_error'), [])

    def test_a_bridge_in_the_middle_of_requests_is_killed_with_its_connections_and_listens_again(self):
        # Connections that the dead one leaves in TIME_WAIT or half closed must not keep the next from the port.
        calls = self.app / 'calls'
        self.serve(FIXTURE, '--calls', calls)
        host = self.start()
        open_calls = [self.open(host).stream('tools/call', {'name': 'slow', 'arguments': {'ms': 30000}}) for _ in range(4)]
        eventually(lambda: calls.exists() and len(calls.read_text().splitlines()) == 4, 'the calls have arrived')
        os.kill(host.handler_pid(), signal.SIGKILL)
        self.assertEqual([connection.response().status for connection in open_calls], [500] * 4)
        self.open(host).call('echo')
        for connection in open_calls:
            connection.close()


class Call:
    def __init__(self, began, ended, status):
        self.began, self.ended, self.status = began, ended, status

    def __repr__(self):
        return f'{self.status} from {self.began:.3f} to {self.ended:.3f}'


class Crowd:
    """Clients that call a tool, one call after the other, and begin a new session when theirs is not known any more."""

    def __init__(self, port, clients):
        self.done, self.trouble = [], []
        self._over = threading.Event()
        self.clients = [threading.Thread(target=self._live, args=[Session(port)]) for _ in range(clients)]

    def begin(self):
        for client in self.clients:
            client.start()

    def end(self):
        self._over.set()
        for client in self.clients:
            client.join(20)

    def _live(self, session):
        try:
            while not self._over.is_set():
                if session.id is None:
                    self._timed(lambda: session.send('initialize', {'protocolVersion': '2025-11-25', 'capabilities': {},
                                                                    'clientInfo': {'name': 'crowd', 'version': '1'}}), session)
                elif self._timed(lambda: session.send('tools/call', {'name': 'get_alerts', 'arguments': {'state': 'CA'}}), session).status == 404:
                    session.id = None
        except Exception as error:  # a thread's own way to tell the test
            self.trouble.append(repr(error))

    def _timed(self, action, session):
        began = time.time()
        response = action()
        self.done.append(Call(began, time.time(), response.status))
        session.id = response.header('Mcp-Session-Id') or session.id
        if response.status == 200 and b'"isError":true' in response.body:
            self.trouble.append(response.body)
        return response

