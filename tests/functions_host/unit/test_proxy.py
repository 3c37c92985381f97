"""Contract 4: what reaches the handler, what comes back, what failures look like."""
import json
import unittest

from support.http_client import Connection, request, timed
from support.waiting import eventually

from .fake_app import AppTest, get, post


class ProxyTest(AppTest):
    def setUp(self):
        super().setUp()
        self.host = self.started(options=self.OPTIONS)

    OPTIONS = ()

    def count(self, path):
        return json.loads(get(self.host, '/counts').body).get(path, 0)


class Requests(ProxyTest):
    def seen(self, target='/x', headers=(), method='GET', body=None):
        return json.loads(request(self.host.port, method, target, headers, body).body)

    def test_method_path_and_query_arrive_as_they_were(self):
        for method in ('GET', 'DELETE', 'PUT', 'OPTIONS'):
            seen = self.seen('/a%20b/c?code=k&x=%41&x=2', method=method)
            self.assertEqual((seen['method'], seen['target']), (method, '/a%20b/c?code=k&x=%41&x=2'))

    def test_headers_that_are_kept(self):
        kept = [('x-functions-key', 'k'), ('Authorization', 'Bearer b'), ('Accept', 'text/event-stream'), ('Origin', 'http://o'), ('Cookie', 'c=1'),
                ('Mcp-Session-Id', 's'), ('Last-Event-ID', 'l'), ('Accept-Encoding', 'gzip'), ('User-Agent', 'u'), ('X-MS-CLIENT-PRINCIPAL-ID', 'p')]
        seen = [tuple(pair) for pair in self.seen(headers=kept)['headers']]
        for pair in kept:
            self.assertIn(pair, seen)

    def test_headers_that_are_removed(self):
        removed = [('Keep-Alive', '5'), ('Upgrade', 'x'), ('TE', 'trailers'), ('Proxy-Authorization', 'p'), ('Forwarded', 'for=x'),
                   ('Upgrade-Insecure-Requests', '1'), ('X-Forwarded-Prefix', '/p')]
        seen = {name.lower() for name, _ in self.seen(headers=removed)['headers']}
        self.assertFalse(seen & {name.lower() for name, _ in removed})
        self.assertNotIn('connection', seen)

    def test_headers_that_are_set_whatever_the_client_said(self):
        seen = {name: value for name, value in self.seen(headers=[('Host', 'public.example'), ('X-Forwarded-For', 'faked'), ('X-Forwarded-Host', 'faked'),
                                                                  ('x-ms-invocation-id', 'faked')])['headers']}
        self.assertEqual((seen['Host'], seen['X-Forwarded-Host'], seen['X-Forwarded-For'], seen['X-Forwarded-Proto']),
                         (f'127.0.0.1:{self.host.handler_port()}', 'public.example', '127.0.0.1', 'http'))
        self.assertEqual(seen['x-ms-invocation-id'], seen['X-Azure-Functions-InvocationId'])
        self.assertRegex(seen['X-Azure-Functions-HostVersion'], r'^4\.')

    def test_a_body_with_a_length_arrives_whole(self):
        with Connection(self.host.port) as connection:
            connection.send(b'POST /body-begins HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n12345')
            self.assertTrue(connection.nothing_for(0.3))
        self.assertEqual(self.host.events('log', text='body begins'), [])
        seen = self.seen('/x', [('Content-Type', 'text/plain')], 'POST', b'hello')
        self.assertEqual(seen['body'], 'hello')
        self.assertIn(['Content-Length', '5'], seen['headers'])

    def test_a_chunked_body_is_passed_on_as_it_comes(self):
        with Connection(self.host.port) as connection:
            connection.send(b'POST /body-begins HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n')
            self.host.wait_for('log', text='body begins')
        with Connection(self.host.port) as connection:
            connection.send(b'POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n')
            seen = json.loads(connection.response().body)
        self.assertEqual(seen['body'], 'hello')
        self.assertIn(['Transfer-Encoding', 'chunked'], seen['headers'])

    def test_a_client_that_waits_before_its_body_is_told_to_go_on(self):
        with Connection(self.host.port) as connection:
            connection.send(b'POST /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n')
            self.assertEqual(connection.head()[0], 100)
            connection.send(b'hello')
            self.assertEqual(json.loads(connection.response().body)['body'], 'hello')

    def test_requests_share_connections_of_either_side(self):
        with Connection(self.host.port) as connection:
            for _ in range(3):
                connection.send_request('GET', '/x')
                self.assertEqual(connection.response().status, 200)

    def test_what_is_no_http_is_refused(self):
        with Connection(self.host.port) as connection:
            connection.send(b'nonsense\r\n\r\n')
            self.assertEqual(connection.response().status, 400)


class Responses(ProxyTest):
    def test_status_and_headers_are_copied_but_for_those_of_the_hop(self):
        response = get(self.host, '/status/418')
        self.assertEqual((response.status, response.header('X-Handler'), response.header('Keep-Alive')), (418, 'yes', None))
        self.assertEqual(response.body, b'"as asked"')

    def test_nothing_is_sent_before_the_first_byte_of_the_body(self):
        with Connection(self.host.port) as connection:
            connection.send_request('GET', '/late-body')
            self.assertTrue(connection.nothing_for(0.5))

    def test_parts_come_as_they_were_written(self):
        with Connection(self.host.port) as connection:
            connection.send_request('GET', '/stream')
            parts, whole = [], connection.parts(*connection.head())
            parts.append(timed(lambda: next(whole)))
            parts.append(timed(lambda: next(whole)))
            self.assertEqual([part for part, _ in parts], [b'data: 0\n\n', b'data: 1\n\n'])
            self.assertGreater(parts[1][1], 0.1)
            self.assertEqual(list(whole), [b'data: 2\n\n'])

    def test_without_a_length_it_goes_in_chunks(self):
        response = get(self.host, '/no-length')
        self.assertEqual((response.header('Transfer-Encoding'), response.body), ('chunked', b'until the end'))

    def test_head_has_a_length_and_no_body(self):
        response = request(self.host.port, 'HEAD', '/x')
        self.assertGreater(int(response.header('Content-Length')), 0)
        self.assertEqual(response.body, b'')


class Failures(ProxyTest):
    def test_a_request_without_a_body_is_delivered_again(self):
        self.assertEqual(get(self.host, '/drop-once').body, b'"second"')
        self.assertEqual(self.count('/drop-once'), 2)

    def test_ten_times_at_most_and_then_500(self):
        response = request(self.host.port, 'DELETE', '/drop')
        self.assertEqual((response.status, response.body), (500, b''))
        self.assertEqual(self.count('/drop'), 10)

    def test_a_request_with_a_body_is_delivered_once(self):
        self.assertEqual(post(self.host, '/drop', b'x').status, 500)
        self.assertEqual(self.count('/drop'), 1)

    def test_an_end_within_the_body_breaks_the_clients_connection(self):
        with Connection(self.host.port) as connection:
            connection.send_request('GET', '/half')
            parts = connection.parts(*connection.head())
            self.assertEqual(next(parts), b'half')
            with self.assertRaises(ConnectionError):
                next(parts)

    def test_a_client_that_leaves_is_gone_for_the_handler(self):
        with Connection(self.host.port) as connection:
            connection.send_request('GET', '/hang')
            eventually(lambda: self.count('/hang'), 'it arrives')
        eventually(lambda: self.count('left'), 'the handler sees the end')
        self.assertEqual(self.host.wait_for('request', path='/hang')['outcome'], 'client left')
        self.assertEqual(self.host.log('Error'), [])

    def test_one_that_leaves_a_stream_too(self):
        with Connection(self.host.port) as connection:
            connection.send_request('GET', '/stall')
            next(connection.parts(*connection.head()))
        eventually(lambda: self.count('left'), 'the handler sees the end')


class Silence(ProxyTest):
    OPTIONS = ('--time-scale', '0.005')  # 240 s are 1.2 s, and the start has 0.15 s

    def setUp(self):
        AppTest.setUp(self)
        self.host = self.started(options=self.OPTIONS, handler={'initializationTimeout': '01:00:00'})

    def test_without_a_byte_for_the_activity_timeout_it_is_500(self):
        response, seconds = timed(lambda: get(self.host, '/hang'))
        self.assertEqual((response.status, response.body), (500, b''))
        self.assertTrue(1 < seconds < 3, seconds)

    def test_within_a_body_the_connection_breaks(self):
        with Connection(self.host.port) as connection:
            connection.send_request('GET', '/stall')
            parts = connection.parts(*connection.head())
            self.assertEqual(next(parts), b'begun')
            with self.assertRaises(ConnectionError):
                next(parts)

    def test_bytes_renew_the_time(self):
        self.assertEqual(get(self.host, '/stream').body, b'data: 0\n\ndata: 1\n\ndata: 2\n\n')


if __name__ == '__main__':
    unittest.main()
