"""One bridge replaces another on one machine (--handover)."""
import os
import pathlib
import signal
import stat
import time

from upgrading.bridge import Bridge, wait_until
from upgrading.client import Client, Lost
from upgrading.load import Load


def start(program: str, folder: pathlib.Path, *more: str, port: int = 0) -> Bridge:
    return Bridge(program, folder, "--handover", str(folder / "bridge.sock"), "--port", str(port), "--max-children", "500", "--log-level", "debug", *more)


def no_call_is_lost(program: str, folder: pathlib.Path, rounds: int = 2, sessions: int = 10) -> None:
    old = start(program, folder)
    assert old.listens(), old.log
    port = old.port
    ended = []
    with Load(port, sessions, seed=rounds) as load:
        for number in range(rounds):
            time.sleep(1)
            new = start(program, folder, port=port)
            assert new.listens(), new.log
            assert new.logs("replaces process"), new.log
            # By turns the old process ends by itself, and is told to.
            if number % 2 == 1:
                old.stop()
            ended.append(old)
            old = new
        load.finish()
    assert not load.losses, "\n".join(load.losses[:20])
    for each in ended:
        assert each.end() == 0, f"an old process has not ended in order: {each.log[-2000:]}"
    passed = sum(each.log.count("to its owner") for each in [*ended, old])
    old.stop()
    assert old.end() == 0, old.log
    assert not list(folder.glob("bridge.sock*")), "the sockets are removed"
    print(f"  {load.calls} calls in {load.sessions} sessions, {load.connections} connections of strangers, {rounds} replacements, {passed} connections passed "
          "to their owners")


def sessions_stay_where_they_are(program: str, folder: pathlib.Path) -> None:
    with start(program, folder) as first:
        assert first.listens(), first.log
        path = folder / "bridge.sock"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        oldest = Client(first.port).open()
        process = oldest.call()[0]["process"]
        idle = Client(first.port)
        idle.request("GET", path="/healthz").read()
        with start(program, folder, port=first.port) as second:
            assert second.listens() and first.logs("replaces this one, which keeps 1 sessions"), first.log
            assert oldest.call()[0] == {"process": process, "count": 2, "length": 0}
            newer = Client(first.port).open()
            with start(program, folder, port=first.port) as third:
                assert third.listens(), third.log
                # Each of the three has a session now, and only the third one listens.
                newest = Client(first.port).open()
                for number in (3, 4):
                    assert oldest.call()[0] == {"process": process, "count": number, "length": 0}
                assert newer.call()[0]["count"] == 1
                assert newest.call()[0]["count"] == 1
                assert idle.request("GET", path="/healthz").read(), "an idle connection moves on and stays open"
                oldest.close()
                assert first.end() == 0, first.log
                newer.close()
                assert second.end() == 0, second.log
                try:
                    Client(first.port).open().request("POST")
                    oldest.session = "gone"
                    oldest.call()
                    raise AssertionError("a session that has ended is not known")
                except Lost as error:
                    assert "404" in str(error)
                assert wait_until(lambda: [each.name for each in folder.glob("bridge.sock*")] == ["bridge.sock"])


def signal_ends_the_old_process_in_time(program: str, folder: pathlib.Path) -> None:
    with start(program, folder, "--drain-timeout", "1") as first:
        assert first.listens(), first.log
        client = Client(first.port).open()
        with start(program, folder, port=first.port) as second:
            assert second.listens(), second.log
            time.sleep(0.3)
            assert first.process.poll() is None, "it stays for its session"
            first.stop()
            assert client.call()[0]["count"] == 1, "until the drain timeout"
            assert first.end() == 0, first.log
            assert "1 sessions end with this process" in first.log
            try:
                client.call()
                raise AssertionError("its sessions end with it")
            except Lost as error:
                assert "404" in str(error)


def mistakes_leave_the_old_process_alone(program: str, folder: pathlib.Path) -> None:
    with start(program, folder) as first:
        assert first.listens(), first.log
        client = Client(first.port).open()
        with Bridge(program, folder, "--handover", str(folder / "bridge.sock"), "--port", str(first.port), server=["/nowhere"]) as broken:
            assert broken.end() == 1
        with Bridge(program, folder, "--handover", str(folder / "bridge.sock"), "--host", "192.0.2.1", "--allow-anonymous", "--port", "1") as broken:
            assert broken.end() == 1 and "cannot bind" in broken.log, broken.log
        assert client.call()[0]["count"] == 1
        assert Client(first.port).open().call()[0]["count"] == 1
        # The process hangs: the new one must not listen beside it.
        first.stop(signal.SIGSTOP)
        with start(program, folder, port=first.port) as impatient:
            assert impatient.end() == 1 and "cannot be asked" in impatient.log, impatient.log
        first.stop(signal.SIGCONT)
        assert client.call()[0]["count"] == 2
    # The process was killed, so its socket is still there.
    assert (folder / "bridge.sock").exists()
    with start(program, folder) as next_one:
        assert next_one.listens() and Client(next_one.port).open().call()[0]["count"] == 1
        assert not [each for each in os.listdir(folder) if each.startswith("bridge.sock.")]


CASES = [sessions_stay_where_they_are, signal_ends_the_old_process_in_time, mistakes_leave_the_old_process_alone, no_call_is_lost]
