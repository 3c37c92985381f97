"""What the weather server finds on the network: a name server, and a stand-in of the weather service with a certificate.

For a network namespace of its own, where port 53 of loopback is free."""
import http.server
import pathlib
import socket
import ssl
import struct
import subprocess
import threading

SERVICE = "api.weather.test"
PORT = 8443
A, AAAA = 1, 28
NO_SUCH_NAME = 3


class NameServer(threading.Thread):
    """Knows one name. `asked` has what it was asked for."""

    def __init__(self):
        super().__init__(daemon=True)
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))

    def run(self):
        while True:
            query, client = self._socket.recvfrom(4096)
            self._socket.sendto(self._answer(query), client)

    def _answer(self, query: bytes) -> bytes:
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        question = query[12:at + 5]
        (kind,) = struct.unpack_from(">H", query, at + 1)
        name = ".".join(labels).lower()
        self.asked.append(name)
        known = name == SERVICE
        addresses = [socket.inet_aton("127.0.0.1")] if known and kind == A else []
        flags = 0x8180 | (0 if known else NO_SUCH_NAME)
        records = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", A, 1, 60, len(address)) + address for address in addresses)
        return query[:2] + struct.pack(">HHHHH", flags, 1, len(addresses), 0, 0) + question + records


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.server.alerts
        self.send_response(200)
        self.send_header("Content-Type", "application/geo+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        pass  # a client that does not trust the service hangs up, as it should


class WeatherService(threading.Thread):
    """Answers every request with the sample alerts, over TLS."""

    def __init__(self, alerts: bytes, certificate: pathlib.Path, key: pathlib.Path):
        super().__init__(daemon=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._server = _Server(("127.0.0.1", PORT), _Handler)
        self._server.alerts = alerts
        # The handshake is made by the connection's own thread: a client that refuses must not end the service.
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)

    def run(self):
        self._server.serve_forever()


def make_authority(work: pathlib.Path) -> tuple:
    """An authority and a certificate of the service's name: files of the authority, of the certificate, and of its key."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=work)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=Test CA",
            "-keyout", "ca.key", "-out", "ca.pem")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={SERVICE}",
            "-keyout", "service.key", "-out", "service.csr")
    (work / "names").write_text(f"subjectAltName=DNS:{SERVICE},DNS:listed.weather.test\n")
    openssl("x509", "-req", "-in", "service.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "names", "-out", "service.pem")
    return work / "ca.pem", work / "service.pem", work / "service.key"


def subject_hash(certificate: pathlib.Path) -> str:
    return subprocess.run(["openssl", "x509", "-noout", "-hash", "-in", certificate], check=True, capture_output=True,
                          text=True).stdout.strip()
