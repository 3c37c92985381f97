"""Streams and large messages through the proxy: first bytes, keep-alives, clients that leave, what is delivered twice."""
import json

from support.http_client import Connection, request, timed
from support.mcp_client import BASE, SseSession, answer_in, events, initialize_body, message
from support.processes import alive, descendants
from support.waiting import eventually

from .base import FIXTURE, AcceptanceTest, either_host


class Streams(AcceptanceTest):
    @either_host
    def test_the_head_of_a_general_stream_comes_at_once(self):
        # The host sends nothing before the first byte of the body.
        self.serve(FIXTURE)
        session = self.open(self.start())
        with session.listen() as stream:
            (status, _), seconds = timed(stream.head)
            self.assertEqual(status, 200)
            self.assertLess(seconds, 1)

    @either_host
    def test_so_does_the_endpoint_of_2024_11_05(self):
        host = self.start()

        def open_and_close():
            with SseSession(host.port) as session:
                return session.endpoint
        endpoint, seconds = timed(open_and_close)
        self.assertIn('/messages', endpoint)
        self.assertLess(seconds, 1)

    @either_host
    def test_progress_comes_before_the_answer(self):
        self.serve(FIXTURE)
        session = self.open(self.start())
        params = {'name': 'progress', 'arguments': {'count': 3, 'ms': 300}, '_meta': {'progressToken': 'mine'}}
        with session.stream('tools/call', params) as stream:
            parts = stream.parts(*stream.head())
            text, first = '', None
            for part in parts:
                text += part.decode()
                if first is None and '"mine"' in text:
                    first = text
            self.assertNotIn('"result"', first)
            self.assertEqual([one.get('method', 'answer') for one in events(text)], ['notifications/progress'] * 3 + ['answer'])

    def test_silence_is_broken_by_comments(self):
        self.serve(FIXTURE, silence=1)
        session = self.open(self.start())
        for stream in (session.listen(), session.stream('tools/call', {'name': 'slow', 'arguments': {'ms': 30000}})):
            with stream:
                parts, text = stream.parts(*stream.head()), ''
                while text.count('\n:') + text.startswith(':') < 2:
                    text += next(parts).decode()

    def test_without_being_told_the_silence_is_shorter_than_half_a_minute(self):
        # 240 s without a byte end a request, here 19; Azure's load balancer waits for 230.
        self.serve(FIXTURE)
        host = self.start('--time-scale', '0.08', environment={'AzureFunctionsJobHost__customHandler__initializationTimeout': '00:10:00'})
        session = self.open(host)
        with session.stream('tools/call', {'name': 'slow', 'arguments': {'ms': 20500}}, seconds=40) as stream:
            self.assertEqual(answer_in(stream.response())['result']['content'][0]['type'], 'text')

    def test_a_client_that_leaves_is_gone_for_the_bridge(self):
        # The bridge forgets a client of 2024-11-05 without a stream after its grace, and ends its server.
        self.serve(FIXTURE, isolation='session', limits={'sse-grace': 1})
        host = self.start()
        servers = lambda: [pid for pid, name in descendants(host.handler_pid()) if name == FIXTURE.name]
        with SseSession(host.port) as session:
            session.post(initialize_body())
            session.message()
            eventually(servers, 'the server runs')
        eventually(lambda: not servers(), 'the server has ended')
        self.assertTrue(alive(host.handler_pid()))

    def test_a_client_that_leaves_its_call_is_no_error(self):
        self.serve(FIXTURE)
        host = self.start()
        session = self.open(host)
        with session.stream('tools/call', {'name': 'slow', 'arguments': {'ms': 1000}}):
            pass
        host.wait_for('request', outcome='client left')
        session.call('echo')
        self.assertEqual(host.log('Error'), [])


class Twice(AcceptanceTest):
    """The host sends a request without a body again if its connection to the handler breaks before the response."""

    def test_a_session_that_is_ended_twice_is_just_gone(self):
        self.serve()
        host = self.start('--break-first')
        session, other = self.open(host), self.open(host)
        self.assertIn(session.delete().status, (200, 404))
        self.assertEqual(host.wait_for('request', method='DELETE')['attempts'], 2)
        self.assertEqual(session.send('tools/list').status, 404)
        self.weather_works(other)

    def test_a_stream_that_is_opened_twice_carries_on(self):
        self.serve(FIXTURE, isolation='session')
        session = self.open(self.start('--break-first'))
        with session.listen() as stream:
            status, headers = stream.head()
            self.assertEqual(status, 200)
            # Outside of any call: it comes on the general stream.
            session.call('notify', method='notifications/resources/list_changed', after_answer=True)
            parts, text = stream.parts(status, headers), ''
            while 'list_changed' not in text:
                text += next(parts).decode()
            self.assertEqual(text.count('list_changed'), 1)

    def test_so_does_one_of_2024_11_05(self):
        self.serve()
        with SseSession(self.start('--break-first').port) as session:
            session.post(initialize_body())
            self.assertIn('result', session.message())


class Sizes(AcceptanceTest):
    TEXT = 'ä"\\\u2028' * 1_000_000  # some 8 MB in UTF-8, more in JSON

    @either_host
    def test_large_messages_pass_whole_in_both_directions(self):
        self.serve(FIXTURE)
        session = self.open(self.start())
        result = session.call('echo', text=self.TEXT)
        self.assertEqual(result['structuredContent']['params']['arguments']['text'], self.TEXT)

    def test_so_do_chunked_ones(self):
        self.serve(FIXTURE)
        host = self.start()
        session = self.open(host)
        body = message('tools/call', {'name': 'echo', 'arguments': {'text': self.TEXT}}, 7)
        with Connection(host.port, 30) as connection:
            lines = ['POST /mcp HTTP/1.1', 'Host: localhost', 'Transfer-Encoding: chunked', *(f'{name}: {value}' for name, value in session.headers())]
            connection.send(('\r\n'.join(lines) + '\r\n\r\n').encode())
            for at in range(0, len(body), 500_000):
                part = body[at:at + 500_000]
                connection.send(b'%x\r\n%s\r\n' % (len(part), part))
            connection.send(b'0\r\n\r\n')
            answer = answer_in(connection.response())
        self.assertEqual(answer['result']['structuredContent']['params']['arguments']['text'], self.TEXT)

    def test_over_the_hosts_limit_it_is_413_and_the_session_lives(self):
        self.serve()
        host = self.start(environment={'FUNCTIONS_REQUEST_BODY_SIZE_LIMIT': str(1 << 20)})
        session = self.open(host)
        self.assertEqual(session.post(message('ping', {'text': 'x' * (1 << 20)}, 9)).status, 413)
        self.weather_works(session)

    def test_over_the_bridges_own_it_is_its_answer_that_arrives(self):
        self.serve(max_body_size='1MiB')
        host = self.start()
        response = request(host.port, 'POST', '/mcp', BASE, b'x' * (2 << 20))
        self.assertEqual(response.status, 413)
        self.assertIn('error', json.loads(response.body))

