"""A handler that does what a path asks for; `--...` say what it does at its start. Used by the stand-in's own tests."""
import argparse
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

parser = argparse.ArgumentParser()
parser.add_argument('--exit', type=int, help='end at once with this code')
parser.add_argument('--exit-once', help='file: end with 3 if it is not there yet, and make it')
parser.add_argument('--deaf', action='store_true', help='do not listen')
parser.add_argument('--listen-after', type=float, default=0, help='seconds')
parser.add_argument('--root', choices=['ok', 'missing', 'close', 'hang'], default='ok', help='what `/` does')
parser.add_argument('--out', action='append', default=[], help='a line for stdout')
parser.add_argument('--err', action='append', default=[], help='a line for stderr')
parser.add_argument('words', nargs='*')
given = parser.parse_args()

for text in given.out:
    print(text, flush=True)
for text in given.err:
    print(text, file=sys.stderr, flush=True)
if given.exit is not None:
    sys.exit(given.exit)
if given.exit_once and not os.path.exists(given.exit_once):
    open(given.exit_once, 'w').close()
    sys.exit(3)
if given.deaf:
    time.sleep(60)
time.sleep(given.listen_after)

counts, lock = {}, threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):
        pass

    def chunked(self, *parts, wait=0):
        self.send_response(200)
        self.send_header('Content-Type', 'text/event-stream')
        self.send_header('Transfer-Encoding', 'chunked')
        self.end_headers()
        for part in parts:
            time.sleep(wait)
            self.wfile.write(b'%x\r\n%s\r\n' % (len(part), part))
            self.wfile.flush()

    def plain(self, value, status=200):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header('X-Handler', 'yes')
        self.send_header('Keep-Alive', 'timeout=5')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(body)

    def read_body(self):
        if self.headers.get('Transfer-Encoding') != 'chunked':
            return self.rfile.read(int(self.headers.get('Content-Length', 0)))
        body = b''
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def drop(self):
        self.close_connection = True
        self.connection.shutdown(2)

    def leave_when_client_does(self):
        """Notes the end of the connection."""
        self.connection.settimeout(30)
        if self.connection.recv(1) == b'':
            with lock:
                counts['left'] = counts.get('left', 0) + 1

    def answer(self):
        path, _, _ = self.path.partition('?')
        if path == '/body-begins':
            # Says when the first byte of the body is here: before all of it, if the host streams.
            first = self.rfile.readline()
            print('body begins', flush=True)
            self.rfile.read(int(first, 16) if self.headers.get('Transfer-Encoding') else 0)
            return self.drop()
        body = self.read_body()
        with lock:
            counts[path] = counts.get(path, 0) + 1
        parts = path.strip('/').split('/')
        if path == '/':
            if given.root == 'close':
                return self.drop()
            if given.root == 'hang':
                time.sleep(30)
            return self.plain('here', 404 if given.root == 'missing' else 200)
        if parts[0] == 'status':
            return self.plain('as asked', int(parts[1]))
        if parts[0] == 'exit':
            os._exit(int(parts[1]))
        if path == '/counts':
            return self.plain(counts)
        if path == '/environment':
            return self.plain(dict(os.environ))
        if path == '/process':
            return self.plain({'pid': os.getpid(), 'words': given.words, 'folder': os.getcwd()})
        if path == '/drop':
            return self.drop()
        if path == '/drop-once':
            return self.drop() if counts[path] == 1 else self.plain('second')
        if path == '/hang':
            return self.leave_when_client_does()
        if path == '/late-body':
            self.chunked()
            return self.leave_when_client_does()
        if path == '/stream':
            self.chunked(*[b'data: %d\n\n' % n for n in range(3)], wait=0.3)
            self.wfile.write(b'0\r\n\r\n')
            return None
        if path == '/half':
            self.chunked(b'half')
            return self.drop()
        if path == '/stall':
            self.chunked(b'begun')
            return self.leave_when_client_does()
        if path == '/no-length':
            self.send_response(200)
            self.send_header('Connection', 'close')
            self.end_headers()
            self.wfile.write(b'until the end')
            self.close_connection = True
            return None
        return self.plain({'method': self.command, 'target': self.path, 'headers': list(self.headers.items()), 'body': body.decode('latin-1')})

    do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_HEAD = answer


class Server(ThreadingHTTPServer):
    request_queue_size = 64
    daemon_threads = True


Server(('127.0.0.1', int(os.environ['FUNCTIONS_CUSTOMHANDLER_PORT'])), Handler).serve_forever()
