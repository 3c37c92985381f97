"""What clients of 2026-07-28, which have no session, keep when one bridge replaces another."""
import pathlib
import time

from upgrading.bridge import wait_until
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


def states_are_opened_in_any_older_process(program: str, folder: pathlib.Path) -> None:
    """Only the key of the process that sealed a state opens it, so each process leaves what it cannot open to the one before it."""
    with start(program, folder, modern_server=True) as first:
        assert first.listens(), first.log
        call, session = ModernCall(first.port, asks=True), Client(first.port).open()
        call.send()
        oldest = call.answer()
        with start(program, folder, port=first.port, modern_server=True) as second:
            assert second.listens(), second.log
            call.repeat(oldest, "Ada")
            other, other_session = ModernCall(first.port, asks=True), Client(first.port).open()
            other.send()
            newer = other.answer()
            with start(program, folder, port=first.port, modern_server=True) as third:
                assert third.listens(), third.log
                assert call.repeat(oldest, "Ada")["structuredContent"]["count"] == 3, "the process of the first call"
                assert other.repeat(newer, "Bob")["structuredContent"]["count"] == 2
                forged = {**oldest, "requestState": oldest["requestState"][:-6] + "AAAAAA"}
                assert_refused(lambda: call.repeat(forged, "Eve"), "Invalid or expired requestState")
                # Without the process between them, too.
                other_session.close()
                other.close()
                call.close()
                second.stop()
                assert second.end() == 0, second.log
                with start(program, folder, port=first.port, modern_server=True) as fourth:
                    assert fourth.listens(), fourth.log
                    assert call.repeat(oldest, "Ada")["structuredContent"]["count"] == 4
                    call.close()
                    session.close()
                    assert first.end() == 0, first.log
                    assert_refused(lambda: call.repeat(oldest, "Ada"), "Invalid or expired requestState")


def calls_and_tasks_are_reached_in_any_older_process(program: str, folder: pathlib.Path) -> None:
    with start(program, folder, "--task-after", "0.5") as first:
        assert first.listens(), first.log
        parked, long = ModernCall(first.port, asks=True), ModernCall(first.port, steps=30, pause=0.1)
        parked.send()
        asked = parked.answer()
        long.send()
        task = long.answer()["taskId"]
        with start(program, folder, "--task-after", "0.5", port=first.port) as second:
            assert second.listens(), second.log
            session = Client(first.port).open()
            with start(program, folder, "--task-after", "0.5", port=first.port) as third:
                assert third.listens(), third.log
                assert wait_until(lambda: long.about_task("tasks/get", task)["status"] == "completed")
                assert parked.repeat(asked, "Ada")["structuredContent"]["name"] == "Ada"
                assert_refused(lambda: long.about_task("tasks/get", "nobody's"), "Task not found")
                session.close()


def assert_refused(attempt, reason: str) -> None:
    try:
        attempt()
    except Lost as error:
        assert reason in str(error), error
    else:
        raise AssertionError(f"not refused: {reason}")


CASES = [modern_calls_end_where_they_began, modern_calls_are_continued_where_they_wait, modern_tasks_are_reached_where_they_run,
         states_of_modern_servers_are_opened_where_they_were_sealed, states_are_opened_in_any_older_process,
         calls_and_tasks_are_reached_in_any_older_process]
