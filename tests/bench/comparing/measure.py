"""The measurements, and their order."""
import dataclasses
import pathlib
import statistics
import sys
import time

from . import big, load, mcp, processes
from .load import Run
from .targets import Place, Target

CONNECTIONS = (1, 16, 64)


@dataclasses.dataclass
class Plan:
    seconds: int
    rounds: int
    starts: int


@dataclasses.dataclass
class Results:
    runs: dict[tuple[str, int], Run] = dataclasses.field(default_factory=dict)
    idle_kib: dict[str, int] = dataclasses.field(default_factory=dict)
    skipped: dict[str, str] = dataclasses.field(default_factory=dict)
    pipe_us: float = 0
    big: list[tuple[str, float, float, int]] = dataclasses.field(default_factory=list)
    listen_ms: float | None = None
    initialize_ms: float | None = None


def say(text: str):
    print(f"compare: {text}", file=sys.stderr, flush=True)


def _median(runs: list[Run]) -> Run:
    def middle(pick):
        return statistics.median(pick(run) for run in runs)
    return Run(middle(lambda r: r.rate), middle(lambda r: r.p50), middle(lambda r: r.p99),
               sum(r.wrong for r in runs), max(r.rss_kib for r in runs), middle(lambda r: r.cpu_us))


def start_all(place: Place, targets: list[Target], running: processes.Processes, results: Results) -> list[Target]:
    started = []
    for target in targets:
        reason = target.missing(place)
        if not reason:
            try:
                target.start(running, place)
            except (processes.Gone, RuntimeError, OSError) as error:
                reason = f"{error}; its log: {running.log_of(target.name)}"
        if reason:
            say(f"{target.name} is left out: {reason}")
            results.skipped[target.name] = reason
            continue
        results.idle_kib[target.name] = target.idle_kib
        started.append(target)
    return started


def rates(place: Place, targets: list[Target], plan: Plan, results: Results):
    """Measures the targets in turn, round by round, so that a slow minute of the machine affects all of them."""
    runs: dict[tuple[str, int], list[Run]] = {}
    for target in targets:
        load.wrk(place, target, 16, 1)
    for number in range(1, plan.rounds + 1):
        for connections in CONNECTIONS:
            for target in targets:
                run = load.wrk(place, target, connections, plan.seconds)
                say(f"round {number}, {connections} connections, {target.name}: {run.rate:.0f}/s")
                runs.setdefault((target.name, connections), []).append(run)
    results.runs = {key: _median(list_of) for key, list_of in runs.items()}
    results.pipe_us = statistics.median(load.bare_pipe(place, "echo", 5, 20000)["us"] for _ in range(3))


def big_messages(place: Place, bridge: Target, plan: Plan, running: processes.Processes, results: Results):
    """Sends 1 MiB in each direction, each through a new bridge, so that the bridge's peak memory is due to these messages."""
    for tool, what in (("sink", "argument"), ("blob", "result")):
        bare = load.bare_pipe(place, tool, big.MIB, 200)["rps"] * big.MIB / 1e6
        own = dataclasses.replace(bridge, name=f"{bridge.name} 1 MiB {what}", process=None)
        own.start(running, place)
        rate = big.megabytes_per_second(own.port, own.session, tool, plan.seconds)
        peak = processes.memory_kib(own.process.pid)["VmHWM"]
        running.stop(own.process)
        results.big.append((what, rate, bare, peak))


def start_times(place: Place, plan: Plan, running: processes.Processes, results: Results):
    results.listen_ms = statistics.median(load.milliseconds_to_listen(place) for _ in range(plan.starts))
    try:
        results.initialize_ms = statistics.median(_first_initialize(place, running) for _ in range(plan.starts))
    except processes.Gone as error:
        results.skipped["first initialize, warm child"] = f"{error}; its log: {running.log_of('warm')}"


def _first_initialize(place: Place, running: processes.Processes) -> float:
    port = processes.free_port()
    # The bridge starts the shared child at once, so it is ready when the first client connects.
    process = running.start("warm", [str(place.bridge), "--port", str(port), "--isolation", "shared", "--",
                                     str(place.echo)])
    try:
        processes.wait_for_port(process, port)
        end = time.monotonic() + 10
        while place.echo.name not in map(_name_of, processes.children_of(process.pid)):
            if time.monotonic() > end:
                raise processes.Gone("the bridge started no warm child")
            time.sleep(0.005)
        return mcp.milliseconds_to_initialize(port)
    finally:
        running.stop(process)


def _name_of(pid: int) -> str:
    return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
