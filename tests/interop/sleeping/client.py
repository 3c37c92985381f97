"""The official Python SDK: more clients than server processes, each with its GET stream open and idle.

    client.py URL PROCESSES"""
import pathlib
import sys
from contextlib import AsyncExitStack

import anyio
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "matrix" / "client"))
from tap import check, finish  # noqa: E402


async def main(url, processes):
    sessions = []
    async with AsyncExitStack() as stack:
        async def connect_all():
            for _ in range(processes + 1):
                read, write, _ = await stack.enter_async_context(streamable_http_client(url))
                sessions.append(await stack.enter_async_context(ClientSession(read, write)))
                await sessions[-1].initialize()

        async def call(i, text, answers):
            answers[i] = await sessions[i].call_tool("echo", {"text": text})

        async def call_all():
            for turn in ("first", "second"):
                answers = {}
                async with anyio.create_task_group() as group:
                    for i in range(len(sessions)):
                        group.start_soon(call, i, f"{turn} of {i}.", answers)
                for i, answer in answers.items():
                    assert f"{turn} of {i}." in str(answer), answer

        # Without the time limit of a check: a scope of cancellation must not end before what was opened in it.
        await connect_all()
        await check(f"a client is served although {processes} others have all processes; all get their own answers", call_all, 60)
    finish()


anyio.run(main, sys.argv[1], int(sys.argv[2]))
