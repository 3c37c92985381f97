"""What clients of 2026-07-28, which have no session, keep when one bridge replaces another."""
import pathlib
import time

from upgrading.client import Client, Lost
from upgrading.other_clients import ModernCall
from upgrading.replacement import start


def modern_calls_end_where_they_began(program: str, folder: pathlib.Path) -> None:
    with start(program, folder) as first:
        assert first.listens(), first.log
        call = ModernCall(first.port, steps=10, pause=0.1)
        call.send()
        time.sleep(0.3)
        with start(program, folder, port=first.port) as second:
            assert second.listens(), second.log
            assert call.answer()["structuredContent"]["count"] == 1
            call.close()
            assert first.end() == 0, first.log
            again = ModernCall(first.port)
            again.send()
            assert again.answer()["structuredContent"]["count"] == 1
            again.close()


def modern_calls_are_continued_where_they_wait(program: str, folder: pathlib.Path) -> None:
    with start(program, folder) as first:
        assert first.listens(), first.log
        calls = [ModernCall(first.port, asks=True) for _ in range(2)]
        asked = []
        for call in calls:
            call.send()
            asked.append(call.answer())
            assert asked[-1]["resultType"] == "input_required", asked
        with start(program, folder, port=first.port) as second:
            assert second.listens(), second.log
            for call in calls:
                call.close()
            time.sleep(1)
            assert first.process.poll() is None, "it stays for the calls that wait there"
            assert calls[1].repeat(asked[1], "Bob", is_chunked=True)["structuredContent"]["name"] == "Bob"
            assert calls[0].repeat(asked[0], "Ada")["structuredContent"]["name"] == "Ada"
            try:
                calls[0].repeat(asked[0], "Eve")
                raise AssertionError("each state works once")
            except Lost as error:
                assert "Invalid or expired requestState" in str(error)
            for call in calls:
                call.close()
            assert first.end() == 0, first.log


def modern_tasks_are_reached_where_they_run(program: str, folder: pathlib.Path) -> None:
    with start(program, folder, "--task-after", "0.1") as first:
        assert first.listens(), first.log
        calls = [ModernCall(first.port, steps=30, pause=0.1), ModernCall(first.port, steps=1000, pause=0.1)]
        for call in calls:
            call.send()
        tasks = [call.answer()["taskId"] for call in calls]
        with start(program, folder, "--task-after", "0.1", port=first.port) as second:
            assert second.listens(), second.log
            assert calls[0].about_task("tasks/get", tasks[0])["status"] == "working"
            assert calls[1].about_task("tasks/cancel", tasks[1])["resultType"] == "complete"
            for call in calls:
                call.close()
            time.sleep(4)
            assert first.process.poll() is None, "it keeps the result until the client has it"
            assert calls[0].about_task("tasks/get", tasks[0])["result"]["structuredContent"]["count"] == 1
            assert calls[1].about_task("tasks/get", tasks[1])["status"] == "cancelled"
            for call in calls:
                call.close()
            assert first.end() == 0, first.log
            try:
                calls[0].about_task("tasks/get", tasks[0])
                raise AssertionError("the task is gone")
            except Lost as error:
                assert "Task not found" in str(error)


def states_of_modern_servers_are_opened_where_they_were_sealed(program: str, folder: pathlib.Path) -> None:
    with start(program, folder, modern_server=True) as first:
        assert first.listens(), first.log
        session = Client(first.port).open()
        call = ModernCall(first.port, asks=True)
        call.send()
        asked = call.answer()
        with start(program, folder, port=first.port, modern_server=True) as second:
            assert second.listens(), second.log
            assert call.repeat(asked, "Ada")["structuredContent"]["count"] == 2, "the process of the first call has served the second"
            call.close()
            session.close()
            assert first.end() == 0, first.log


CASES = [modern_calls_end_where_they_began, modern_calls_are_continued_where_they_wait, modern_tasks_are_reached_where_they_run,
         states_of_modern_servers_are_opened_where_they_were_sealed]
