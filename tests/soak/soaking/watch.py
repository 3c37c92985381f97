"""Measures the resources of a bridge every second."""
import asyncio
import pathlib
import statistics
import time

from crowd.bridge import Bridge, identity


class Watch:
    """A context. Writes a sample each second to a file of comma-separated values."""

    def __init__(self, bridge: Bridge, path: pathlib.Path):
        self.bridge = bridge
        self.path = path
        self.samples: list[tuple[float, int, int, int]] = []  # seconds, KiB, descriptors, children
        self.seen: set[str] = set()                           # every process that was the bridge's child
        self._began = time.monotonic()
        self._task: asyncio.Task | None = None

    async def __aenter__(self) -> "Watch":
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_):
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self):
        with open(self.path, "w", encoding="ascii") as out:
            out.write("seconds,resident_kib,descriptors,children\n")
            while self.bridge.is_running:
                self.take()
                out.write("{:.1f},{},{},{}\n".format(*self.samples[-1]))
                out.flush()
                await asyncio.sleep(1)

    def take(self) -> tuple[float, int, int, int]:
        children = self.bridge.children()
        self.seen.update(filter(None, map(identity, children)))
        self.samples.append((time.monotonic() - self._began, self.bridge.resident_kib(), self.bridge.descriptors(),
                             len(children)))
        return self.samples[-1]

    def alive(self) -> list[str]:
        """The children of the bridge that still run."""
        return [each for each in self.seen if identity(int(each.partition("@")[0])) == each]

    def summary(self, since: float, until: float) -> list[str]:
        """One line for each fifth of the time between `since` and `until`."""
        lines = []
        for part in range(5):
            begin, end = (since + (until - since) * (part + step) / 5 for step in (0, 1))
            inside = [each for each in self.samples if begin <= each[0] < end]
            if inside:
                lines.append(f"{begin:6.0f} to {end:6.0f} s: resident {statistics.median(each[1] for each in inside) / 1024:.1f} "
                             f"MiB (most {max(each[1] for each in inside) / 1024:.1f}), descriptors to "
                             f"{max(each[2] for each in inside)}, children to {max(each[3] for each in inside)}")
        return lines

    @property
    def now(self) -> float:
        return time.monotonic() - self._began
