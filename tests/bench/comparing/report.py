"""The table and the budgets."""
from .measure import CONNECTIONS, Results

BRIDGES = ("bridge session", "bridge shared")

# The most processor time of a call of a client of 2026-07-28, in times that of an older client.
MODERN = {"bridge passes": 1.1, "bridge translates": 2}


def _ratio(rate: float, results: Results, other: str, connections: int) -> str:
    base = results.runs.get((other, connections))
    return f"{rate / base.rate:.2f}" if base and base.rate else "-"


def table(results: Results) -> str:
    lines = ["| target | connections | calls/s | p50 ms | p99 ms | CPU us/call | RSS idle MiB | RSS load MiB | x nginx | x supergateway | wrong |",
             "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for connections in CONNECTIONS:
        for (name, count), run in results.runs.items():
            if count == connections:
                lines.append(
                    f"| {name} | {connections} | {run.rate:.0f} | {run.p50:.3f} | {run.p99:.3f} | {run.cpu_us:.1f} "
                    f"| {results.idle_kib[name] / 1024:.1f} | {run.rss_kib / 1024:.1f} "
                    f"| {_ratio(run.rate, results, 'nginx', connections)} "
                    f"| {_ratio(run.rate, results, 'supergateway', connections)} "
                    f"| {run.wrong or '0'}{' **WRONG ANSWERS**' if run.wrong else ''} |")
    lines += ["", "| also | |", "| --- | --- |", f"| bare pipe round trip | {results.pipe_us:.1f} us |"]
    for what, rate, bare, peak in results.big:
        lines.append(f"| 1 MiB {what}, 2 connections | {rate:.0f} MB/s (bare pipe, one at a time: {bare:.0f}); "
                     f"highest memory {peak / 1024:.0f} MiB |")
    if results.listen_ms is not None:
        lines.append(f"| start to listening | {results.listen_ms:.1f} ms |")
    if results.initialize_ms is not None:
        lines.append(f"| first initialize, warm child | {results.initialize_ms:.1f} ms |")
    lines += [f"| {name} | left out: {reason} |" for name, reason in results.skipped.items()]
    return "\n".join(lines)


def _at_least(results: Results, name: str, connections: int, other: str, factor: float):
    mine, base = results.runs.get((name, connections)), results.runs.get((other, connections))
    what = f"{name}, {connections} connections: >= {factor:g} x {other}"
    if not mine or not base:
        return what, None, "not measured"
    return what, mine.rate >= factor * base.rate, f"{mine.rate / base.rate:.2f} x"


def _at_most(what: str, value: float | None, limit: float, unit: str):
    if value is None:
        return f"{what}: <= {limit:g} {unit}", None, "not measured"
    return f"{what}: <= {limit:g} {unit}", value <= limit, f"{value:.2f} {unit}"


def _checks(results: Results):
    for name in BRIDGES:
        yield _at_least(results, name, 16, "nginx", 0.5)
        yield _at_least(results, name, 16, "supergateway", 20)
        yield _at_least(results, name, 64, "nginx", 1.0)
        mine, base = results.runs.get((name, 1)), results.runs.get(("nginx", 1))
        if mine and base:
            yield _at_most(f"{name}, 1 connection, p50 (nginx + bare pipe)", mine.p50,
                           round(base.p50 + results.pipe_us / 1000, 3), "ms")
        loaded = [run.rss_kib / 1024 for (who, _), run in results.runs.items() if who == name]
        idle = results.idle_kib.get(name)
        yield _at_most(f"{name}, memory idle", idle / 1024 if idle else None, 10, "MiB")
        yield _at_most(f"{name}, memory under load", max(loaded, default=None), 16, "MiB")
        wrong = sum(run.wrong for (who, _), run in results.runs.items() if who == name)
        yield _at_most(f"{name}, wrong answers", wrong if loaded else None, 0, "")
    yield from _processor_time(results)
    yield _at_most("start to listening", results.listen_ms, 10, "ms")
    yield _at_most("first initialize with a warm child", results.initialize_ms, 5, "ms")


def _processor_time(results: Results):
    for name, factor in MODERN.items():
        for connections in CONNECTIONS:
            mine, base = results.runs.get((name, connections)), results.runs.get(("bridge session", connections))
            ratio = mine.cpu_us / base.cpu_us if mine and base and base.cpu_us else None
            yield _at_most(f"{name}, {connections} connections: processor time of a call, in times that of bridge session", ratio, factor, "x")


def budgets(results: Results) -> tuple[str, bool]:
    """The text, and True if every measured budget holds."""
    words = {True: "PASS", False: "FAIL", None: "-"}
    lines, good = ["## Budgets", "| budget | | measured |", "| --- | --- | --- |"], True
    for what, holds, measured in _checks(results):
        lines.append(f"| {what.strip()} | {words[holds]} | {measured.strip()} |")
        good = good and holds is not False
    return "\n".join(lines), good
