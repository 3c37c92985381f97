"""Numbered TAP results, one promise per check, an end to every wait: tap.mjs for clients in Python."""
import inspect
import sys
import time
import traceback

import anyio

_count = 0
_failed = 0


async def check(promise, body, limit_s=30):
    """Runs one check and prints its result. A check never keeps the next one from running."""
    global _count, _failed
    _count += 1
    try:
        with anyio.fail_after(limit_s):
            await body()
        print(f"ok {_count} - {promise}", flush=True)
    except Exception as error:
        _failed += 1
        print(f"not ok {_count} - {promise}")
        why = f"{type(error).__name__}: {error}\n{traceback.format_exc().strip()}"
        print("  " + why.replace("\n", "\n  "), flush=True)


async def eventually(condition, what, limit_s=10):
    """Waits until the condition is true. It may be asynchronous."""
    end = time.monotonic() + limit_s
    while True:
        is_met = condition()
        if await is_met if inspect.isawaitable(is_met) else is_met:
            return
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {limit_s} s")
        await anyio.sleep(0.01)


def finish():
    print(f"1..{_count}", flush=True)
    sys.exit(1 if _failed else 0)
