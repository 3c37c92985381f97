"""An HTTP client that sends exactly what it is told, and can look at a response while it comes."""
import socket
import time
from dataclasses import dataclass


@dataclass
class Response:
    status: int
    headers: list
    body: bytes

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class Connection:
    """One connection. Every wait ends after `seconds`."""

    def __init__(self, port, seconds=10):
        self._socket = socket.create_connection(('127.0.0.1', port), seconds)
        self._ahead = b''

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._socket.close()

    def send(self, data):
        self._socket.sendall(data)

    def send_request(self, method, target, headers=(), body=None):
        lines = [f'{method} {target} HTTP/1.1', *(f'{name}: {value}' for name, value in headers)]
        if not any(name.lower() == 'host' for name, _ in headers):
            lines.insert(1, 'Host: localhost')
        if body is not None:
            lines.append(f'Content-Length: {len(body)}')
        self.send(('\r\n'.join(lines) + '\r\n\r\n').encode() + (body or b''))

    def head(self):
        """Status and headers, which are waited for."""
        text = self._until(b'\r\n\r\n').decode('latin-1')
        first, *lines = text.split('\r\n')
        headers = [(name, value.strip()) for name, _, value in (line.partition(':') for line in lines)]
        return int(first.split()[1]), headers

    def response(self, method='GET'):
        status, headers = self.head()
        while 100 <= status < 200:
            status, headers = self.head()
        return Response(status, headers, b''.join(self.parts(status, headers, method)))

    def parts(self, status, headers, method='GET'):
        """The body as it comes. Raises ConnectionError if it does not come to its end."""
        names = {name.lower(): value for name, value in headers}
        if method == 'HEAD' or status in (204, 304):
            return
        if names.get('transfer-encoding') == 'chunked':
            while size := int(self._until(b'\r\n'), 16):
                yield self._exactly(size)
                self._until(b'\r\n')
            self._until(b'\r\n')
        elif 'content-length' in names:
            yield self._exactly(int(names['content-length']))
        else:
            yield self._ahead
            while data := self._socket.recv(65536):
                yield data

    def nothing_for(self, seconds):
        """Whether the other side says nothing for so long; False also if it has closed."""
        if self._ahead:
            return False
        before = self._socket.gettimeout()
        self._socket.settimeout(seconds)
        try:
            self._ahead += self._socket.recv(65536)
            return False
        except TimeoutError:
            return True
        finally:
            self._socket.settimeout(before)

    def _until(self, mark):
        while mark not in self._ahead:
            self._read()
        text, _, self._ahead = self._ahead.partition(mark)
        return text

    def _exactly(self, size):
        while len(self._ahead) < size:
            self._read()
        data, self._ahead = self._ahead[:size], self._ahead[size:]
        return data

    def _read(self):
        data = self._socket.recv(1 << 20)
        if not data:
            raise ConnectionError('the connection ended within a message')
        self._ahead += data


def request(port, method, target, headers=(), body=None, seconds=10):
    with Connection(port, seconds) as connection:
        connection.send_request(method, target, headers, body)
        return connection.response(method)


def timed(action):
    """What it gives, and how many seconds it took."""
    began = time.monotonic()
    return action(), time.monotonic() - began
