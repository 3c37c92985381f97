"""Clients of every kind that use a bridge all the time, and record whatever is lost."""
import random
import socket
import threading
import time

from upgrading.client import Client


class Load:
    """Threads of clients on one port. `losses` holds what was lost; it must stay empty."""

    def __init__(self, port: int, sessions: int, seed: int):
        self.port = port
        self.random = random.Random(seed)
        self.losses: list[str] = []
        self.calls = 0
        self.sessions = 0
        self.connections = 0
        self.is_over = threading.Event()
        kinds = [self.short_sessions, self.progress, self.large, self.listener, self.new_connection_each_time]
        self.threads = [threading.Thread(target=self.guard, args=(kinds[i % len(kinds)], self.random.random())) for i in range(sessions)]
        self.threads.append(threading.Thread(target=self.guard, args=(self.strangers, 0.0)))

    def __enter__(self):
        for each in self.threads:
            each.start()
        return self

    def __exit__(self, *_):
        self.finish()

    def finish(self) -> None:
        self.is_over.set()
        for each in self.threads:
            each.join(60)
            if each.is_alive():
                self.losses.append(f"a client of {each.name} waits for ever")

    def guard(self, work, seed: float) -> None:
        mine = random.Random(seed)
        while not self.is_over.is_set():
            try:
                work(mine)
            except Exception as error:
                self.losses.append(f"{time.strftime('%H:%M:%S')} {work.__name__}: {type(error).__name__} {error}")
                time.sleep(0.1)

    def converse(self, client: Client, calls: int, rest: float, **arguments) -> None:
        """Calls in a row. The server counts them, so that a session with another process behind it is noticed."""
        for number in range(1, calls + 1):
            answer, before = client.call(**arguments)
            assert answer["count"] == number, f"call {number} of the session was number {answer['count']} of its server: the state is lost"
            assert answer["length"] == len(arguments.get("text", ""))
            if arguments.get("progress"):
                assert len(before) >= arguments["steps"], f"{len(before)} of {arguments['steps']} progress notifications"
            self.calls += 1
            time.sleep(rest)

    def short_sessions(self, mine: random.Random) -> None:
        client = Client(self.port).open()
        self.sessions += 1
        self.converse(client, mine.randrange(5, 25), mine.uniform(0, 0.1))
        client.close()

    def progress(self, mine: random.Random) -> None:
        """Long calls whose replies are streams."""
        client = Client(self.port).open()
        self.sessions += 1
        self.converse(client, 3, 0, progress=True, steps=5, pause=mine.uniform(0.02, 0.1))
        client.close()

    def large(self, mine: random.Random) -> None:
        """Bodies that are on their way for a while, both ways."""
        client = Client(self.port).open()
        self.sessions += 1
        self.converse(client, 4, 0.02, text="y" * mine.randrange(100_000, 2_000_000), size=mine.randrange(100_000, 2_000_000))
        client.close()

    def listener(self, mine: random.Random) -> None:
        """A session with a GET stream, which gets a log message after each call, once."""
        client = Client(self.port).open()
        self.sessions += 1
        reader = Client(self.port)
        reader.session = client.session
        stream = reader.request("GET")
        assert stream.status == 200, f"GET: status {stream.status}"
        calls = mine.randrange(4, 12)
        self.converse(client, calls, mine.uniform(0.01, 0.1))
        seen = []
        while len(seen) < calls:
            line = stream.readline().decode()
            assert line, f"the stream ended after {len(seen)} of {calls} messages"
            if "notifications/message" in line:
                seen.append(line)
        client.close()
        reader.connection.close()

    def new_connection_each_time(self, mine: random.Random) -> None:
        first = Client(self.port).open()
        self.sessions += 1
        for number in range(1, mine.randrange(5, 20)):
            client = Client(self.port)
            client.session = first.session
            answer, _ = client.call()
            assert answer["count"] == number
            client.connection.close()
            self.calls += 1
        first.close()

    def strangers(self, _: random.Random) -> None:
        """Connections without a pause: one that is refused or reset was lost in the queue of a socket."""
        for _ in range(100):
            with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
                connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                answer = b""
                while part := connection.recv(4096):
                    answer += part
                assert answer.startswith(b"HTTP/1.1 200"), f"answer {answer[:100]!r}"
                self.connections += 1
            time.sleep(0.002)
