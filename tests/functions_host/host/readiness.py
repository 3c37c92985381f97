"""Whether a handler has come up: `GET /` until it answers (contract 3)."""
import asyncio

from .wire import BadMessage, Wire, WireClosed, body_length

POLL_INTERVAL = 0.025


async def wait_until_ready(port, budget, longest_ping):
    """True when the handler has answered, whatever it said; False if it has not within `budget` seconds, counted in intervals.

    A ping that is accepted has `longest_ping` seconds (None: for ever): only a refused one is repeated.
    """
    for _ in range(max(1, round(budget / POLL_INTERVAL))):
        try:
            reader, writer = await asyncio.open_connection('127.0.0.1', port)
        except OSError:
            await asyncio.sleep(POLL_INTERVAL)
            continue
        try:
            await asyncio.wait_for(_ping(Wire(reader, writer), port), longest_ping)
        except (WireClosed, BadMessage):
            pass  # not a failure to connect, so it counts as an answer
        except asyncio.TimeoutError:
            return False
        finally:
            writer.close()
        return True
    return False


async def _ping(wire, port):
    await wire.write(f'GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n'.encode())
    head = await wire.head()
    length = body_length(head)
    async for _ in wire.rest() if length is False else wire.body(length):
        pass
