"""Contract 5, 4.2, 4.5 and 10.10 to 10.12: keys, limits of size and time, reserved paths, several handlers, cold start."""
import json
import os
import signal
import tempfile
import unittest
from pathlib import Path

from support.http_client import Connection, request
from support.waiting import eventually

from .fake_app import AppTest, get, post


class KeysAtThePort(AppTest):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / 'keys.json'
        self.host = self.started(options=['--keys', str(self.file)])
        self.keys = json.loads(self.file.read_text())

    def test_a_wrong_key_is_401_with_an_empty_body_and_no_challenge(self):
        for response in (get(self.host, '/x'), get(self.host, '/x?code=wrong'), post(self.host, '/x', b'body', [('x-functions-key', 'wrong')])):
            self.assertEqual((response.status, response.body, response.header('WWW-Authenticate')), (401, b'', None))
        self.assertEqual(self.host.events('request'), [])

    def test_right_keys_reach_the_handler(self):
        for key in (self.keys['master'], self.keys['host']['default'], self.keys['functions']['http-handler1']['default']):
            self.assertEqual(get(self.host, '/status/200', [('x-functions-key', key)]).status, 200)
            self.assertEqual(get(self.host, f'/status/200?code={key}').status, 200)

    def test_the_made_keys_are_their_owners_and_in_no_log(self):
        get(self.host, f'/x?code={self.keys["master"]}')
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)
        self.assertNotIn(self.keys['master'], self.host.output() + self.host.record_text())


class Limits(AppTest):
    LIMIT = {'FUNCTIONS_REQUEST_BODY_SIZE_LIMIT': '1000'}

    def test_a_body_over_the_limit_is_413(self):
        host = self.started(environment=self.LIMIT)
        self.assertEqual(post(host, '/x', b'x' * 1000).status, 200)
        self.assertEqual(post(host, '/x', b'x' * 1001).status, 413)
        self.assertEqual(len(host.events('request')), 1)

    def test_a_chunked_one_too(self):
        host = self.started(environment=self.LIMIT)
        with Connection(host.port) as connection:
            connection.send(b'POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n' + b'x' * 2000)
            self.assertEqual(connection.response().status, 413)

    def test_one_that_is_no_chunks_ends_its_connection_and_reaches_nobody(self):
        host = self.started()
        with Connection(host.port) as connection:
            connection.send(b'POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n')
            with self.assertRaises(ConnectionError):
                connection.response()
        self.assertIsNone(json.loads(get(host, '/counts').body).get('/x'))

    def test_a_function_that_takes_too_long_ends_the_handler_and_what_else_it_does(self):
        host = self.started(functionTimeout='00:00:02')
        host.wait_for('handler_ready')
        with Connection(host.port) as beside:
            beside.send_request('POST', '/hang', body=b'x')
            eventually(lambda: json.loads(get(host, '/counts').body).get('/hang'), 'it arrives')
            self.assertEqual(post(host, '/hang', b'y').status, 500)
            self.assertEqual(beside.response().status, 500)
        self.assertIn('Timeout value of 2 s exceeded', '\n'.join(host.log('Error')))
        self.assertEqual(get(host, '/status/200').status, 200)
        self.assertEqual(host.events('handler_error'), [])
        self.assertEqual(len({event['port'] for event in host.events('handler_started')}), 1)


class Paths(AppTest):
    def test_the_hosts_own_paths_never_reach_the_handler(self):
        host = self.started()
        for path in ('/admin/host/status', '/runtime/webhooks/mcp', '/ADMIN', '/x/../admin/y'):
            self.assertEqual(get(host, path).status, 404, path)
        self.assertEqual(host.events('request'), [])

    def test_options_reaches_the_handler(self):
        self.assertEqual(json.loads(request(self.started().port, 'OPTIONS', '/mcp').body)['method'], 'OPTIONS')

    def test_what_no_route_matches_is_404(self):
        host = self.started(handler={'http': {'routes': [{'route': 'mcp', 'authorizationLevel': 'anonymous'}]}})
        self.assertEqual((get(host, '/mcp').status, get(host, '/other').status), (200, 404))

    def test_a_disabled_function_is_404(self):
        bindings = [{'type': 'httpTrigger', 'name': 'req', 'route': 'x'}, {'type': 'http', 'direction': 'out', 'name': 'res'}]
        self.write({'bindings': bindings, 'disabled': True}, 'one/function.json')
        host = self.started(configurationProfile='', handler={'enableProxyingHttpRequest': True})
        self.assertEqual(get(host, '/api/x').status, 404)


class ScaleOut(AppTest):
    def test_every_request_may_reach_another_handler(self):
        host = self.started(options=['--scale-out', '3'])
        pids = {json.loads(get(host, '/process').body)['pid'] for _ in range(60)}
        self.assertEqual(pids, {host.handler_pid(number) for number in range(3)})

    def test_one_port_for_all_is_refused(self):
        self.assertIn('cannot share', self.refusal('--scale-out', '2', handler={'port': 18765}))

    def test_a_handler_that_dies_is_replaced_beside_the_others(self):
        host = self.started(options=['--scale-out', '2'])
        for number in range(2):
            host.wait_for('handler_ready', handler=number)
        os.kill(host.handler_pid(1), signal.SIGKILL)
        self.assertEqual({get(host, '/status/200').status for _ in range(20)}, {200})
        self.assertEqual(host.wait_for('handler_ready', 2, handler=1)['handler'], 1)


class Cold(AppTest):
    def test_the_handler_starts_with_the_first_request_which_succeeds(self):
        host = self.started(options=['--cold'])
        self.assertEqual(get(host, '/admin/x').status, 404)
        self.assertEqual(host.events('handler_started'), [])
        self.assertEqual(get(host, '/status/200').status, 200)
        self.assertEqual(len(host.events('handler_started')), 1)


if __name__ == '__main__':
    unittest.main()
