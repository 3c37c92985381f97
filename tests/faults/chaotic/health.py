"""Requests /healthz all the time, in a thread of its own, so that the clients do not delay it."""
import http.client
import threading
import time


class Health:
    """A context. It requests /healthz until its end."""

    def __init__(self, port: int, bound: float):
        """`bound`: longest time of an answer, in seconds."""
        self.port = port
        self.count = 0
        self.longest = 0.0
        self.late: list[str] = []
        self.bound = bound
        self._over = threading.Event()
        self._began = time.monotonic()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Health":
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join(15)

    def _run(self):
        while not self._over.wait(0.1):
            began = time.monotonic()
            try:
                line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                line.request("GET", "/healthz")
                status = line.getresponse().status
                line.close()
            except OSError as error:
                if self._over.is_set():
                    return
                status = repr(error)
            took = time.monotonic() - began
            self.count += 1
            self.longest = max(self.longest, took)
            if status != 200 or took > self.bound:
                self.late.append(f"{status} after {took:.2f} s, {time.monotonic() - self._began:.1f} s after the beginning")
