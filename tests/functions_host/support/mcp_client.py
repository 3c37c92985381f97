"""An MCP client of the Streamable HTTP transport: the requests that the tests need, and every HTTP status visible."""
import json
from urllib.parse import urljoin

from .http_client import Connection, request

REVISION = '2025-11-25'
BASE = [('Content-Type', 'application/json'), ('Accept', 'application/json, text/event-stream')]


def initialize_body():
    return message('initialize', {'protocolVersion': REVISION, 'capabilities': {}, 'clientInfo': {'name': 'acceptance', 'version': '1'}}, 1)


def message(method, params=None, number=None):
    """A request's bytes, or a notification's if it has no number."""
    content = {'jsonrpc': '2.0', 'method': method, 'params': params or {}}
    if number is not None:
        content['id'] = number
    return json.dumps(content).encode()


def events(text):
    """The messages in server-sent events."""
    datas = ['\n'.join(line[5:].strip() for line in event.split('\n') if line.startswith('data:')) for event in text.split('\n\n')]
    return [json.loads(data) for data in datas if data]


def answer_in(response):
    """The answer in a response, which is JSON or a stream; None if there is none."""
    if response.header('Content-Type') == 'application/json':
        return json.loads(response.body)
    answers = [one for one in events(response.body.decode()) if 'result' in one or 'error' in one]
    return answers[-1] if answers else None


class Session:
    """`headers` and `query` go with every request: keys, mostly."""

    def __init__(self, port, headers=(), query='', path='/mcp'):
        self.port, self._headers, self.target = port, [*BASE, *headers], path + query
        self.id, self._number = None, 1

    def open(self):
        response = self.post(initialize_body())
        assert response.status == 200, (response.status, response.body[:500])
        self.id = response.header('Mcp-Session-Id')
        assert self.post(message('notifications/initialized')).status == 202
        return self

    def headers(self):
        return [*self._headers, ('MCP-Protocol-Version', REVISION), *([('Mcp-Session-Id', self.id)] if self.id else [])]

    def post(self, body, seconds=20):
        return request(self.port, 'POST', self.target, self.headers(), body, seconds)

    def send(self, method, params=None, seconds=20):
        """The response of a request, whatever its status."""
        self._number += 1
        return self.post(message(method, params, self._number), seconds)

    def result(self, method, params=None, seconds=20):
        response = self.send(method, params, seconds)
        assert response.status == 200, (response.status, response.body[:500])
        answer = answer_in(response)
        assert answer and 'result' in answer, answer
        return answer['result']

    def call(self, tool, seconds=20, **arguments):
        return self.result('tools/call', {'name': tool, 'arguments': arguments}, seconds)

    def stream(self, method, params=None, seconds=10):
        """An open connection on which a request was sent, to be looked at while it is answered."""
        self._number += 1
        connection = Connection(self.port, seconds)
        connection.send_request('POST', self.target, self.headers(), message(method, params, self._number))
        return connection

    def listen(self, seconds=10):
        connection = Connection(self.port, seconds)
        connection.send_request('GET', self.target, [('Accept', 'text/event-stream'), *self.headers()[2:]])
        return connection

    def delete(self):
        return request(self.port, 'DELETE', self.target, self.headers())


class SseSession:
    """A client of the transport of 2024-11-05."""

    def __init__(self, port, query='', seconds=10):
        self.port = port
        self._connection = Connection(port, seconds)
        self._connection.send_request('GET', '/sse' + query, [('Accept', 'text/event-stream')])
        self.status, headers = self._connection.head()
        self._parts, self._text = self._connection.parts(self.status, headers), ''
        # A relative reference; the stream is at /sse.
        self.endpoint = urljoin('/sse', self._event()['data'])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._connection.close()

    def _event(self):
        while '\n\n' not in self._text:
            self._text += next(self._parts).decode()
        event, _, self._text = self._text.partition('\n\n')
        return dict(line.split(': ', 1) for line in event.split('\n') if not line.startswith(':'))

    def post(self, body):
        """To where the server said. A bare path is taken for this server's."""
        return request(self.port, 'POST', self.endpoint, [('Content-Type', 'application/json')], body)

    def message(self):
        while True:
            event = self._event()
            if event.get('event', 'message') == 'message' and event.get('data'):
                return json.loads(event['data'])
