"""One bridge replaces another on one machine (--handover)."""
import os
import pathlib
import signal
import socket
import stat
import subprocess
import sys
import time

from upgrading.bridge import HERE, Bridge, listening_socket, wait_until
from upgrading.client import Client, Lost
from upgrading.other_clients import SseSession
from upgrading.load import Load


def start(program: str, folder: pathlib.Path, *more: str, port: int = 0, modern_server: bool = False) -> Bridge:
    server = [sys.executable, str(HERE / "counting_server.py"), "--modern"] if modern_server else None
    return Bridge(program, folder, "--handover", str(folder / "bridge.sock"), "--port", str(port), "--max-children", "500", "--log-level", "debug", *more,
                  server=server)


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
    treasure = folder / "file"
    treasure.write_text("kept")
    with Bridge(program, folder, "--handover", str(treasure), "--port", "0") as broken:
        assert broken.end() == 1 and "is no socket" in broken.log and treasure.read_text() == "kept", broken.log
    # The process was killed, so its socket is still there.
    assert (folder / "bridge.sock").exists()
    with start(program, folder) as next_one:
        assert next_one.listens() and Client(next_one.port).open().call()[0]["count"] == 1
        assert not [each for each in os.listdir(folder) if each.startswith("bridge.sock.")]


def sessions_of_the_python_sdk_go_on(program: str, folder: pathlib.Path) -> None:
    python = os.environ.get("UPGRADE_CLIENTS", str(pathlib.Path(__file__).resolve().parents[3] / "build/interop/clients/bin/python"))
    if not os.path.exists(python):
        print("  the Python SDK is not installed (tests/interop/run installs it): skipped")
        return
    end = folder / "end"
    with start(program, folder) as first:
        assert first.listens(), first.log
        script = str(pathlib.Path(__file__).with_name("sdk_client.py"))
        clients = [subprocess.Popen([python, script, str(first.port), str(end)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
        assert wait_until(lambda: first.log.count("session opened") == len(clients)), first.log
        all_of_them = [first]
        for _ in range(3):
            time.sleep(1)
            new = start(program, folder, port=first.port)
            assert new.listens(), new.log
            all_of_them.append(new)
        time.sleep(1)
        end.touch()
        said = [each.communicate(timeout=30) for each in clients]
        assert all(each.returncode == 0 for each in clients), said
        print(f"  {', '.join(out.strip() for out, _ in said)} calls of three sessions while three processes followed one another")
        for each in all_of_them[:-1]:
            assert each.end() == 0, each.log
        all_of_them[-1].stop()
        assert all_of_them[-1].end() == 0


def a_process_that_hangs_is_not_replaced(program: str, folder: pathlib.Path) -> None:
    with start(program, folder) as first:
        assert first.listens(), first.log
        client = Client(first.port).open()
        first.stop(signal.SIGSTOP)
        with start(program, folder, port=first.port) as impatient:
            assert impatient.end() == 1 and "cannot be asked" in impatient.log, impatient.log
        first.stop(signal.SIGCONT)
        assert client.call()[0]["count"] == 1


def keys_are_those_of_the_new_process(program: str, folder: pathlib.Path) -> None:
    alice, bob = ({"Authorization": f"Bearer {name}-{'k' * 20}"} for name in ("alice", "bob"))
    both = ",".join(f"{name}={name}-{'k' * 20}" for name in ("alice", "bob"))
    with start(program, folder, "--key", both, "--drain-timeout", "1") as first:
        assert first.listens(), first.log
        hers, his = Client(first.port, headers=alice).open(), Client(first.port, headers=bob).open()
        assert hers.call()[0]["count"] == his.call()[0]["count"] == 1
        with start(program, folder, "--key", both.split(",")[1], port=first.port) as second:
            assert second.listens(), second.log
            assert his.call()[0]["count"] == 2
            assert status_of(hers) == 401, "the key was removed, so it opens nothing in the old process either"
            thief = Client(first.port, headers=bob)
            thief.session = hers.session
            assert status_of(thief) == 404, "a session is known to its owner only"
            his.close()
            hers.connection.close()
            first.stop()
            # Her session goes on until then: nobody can end it.
            assert first.end() == 0


def new_keys_of_the_file_open_old_sessions(program: str, folder: pathlib.Path) -> None:
    keys, old_key, new_key, last_key = folder / "keys", "o" * 20, "n" * 20, "l" * 20
    keys.write_text(f"alice={old_key}\n")
    with start(program, folder, "--keys-file", str(keys)) as first:
        assert first.listens(), first.log
        client = Client(first.port, headers={"Authorization": f"Bearer {old_key}"}).open()
        assert client.call()[0]["count"] == 1
        keys.write_text(f"alice={new_key}\n")
        with start(program, folder, "--keys-file", str(keys), port=first.port) as second:
            assert second.listens() and first.logs("read the keys again"), first.log
            assert status_of(client) == 401, "the old key is gone"
            client.headers = {"Authorization": f"Bearer {new_key}"}
            client.connection.close()
            assert client.call()[0]["count"] == 2
            # What the file gets later, each process reads when it is told to.
            keys.write_text(f"alice={new_key}\nalice={last_key}\n")
            client.headers = {"Authorization": f"Bearer {last_key}"}
            for each in (second, first):
                each.stop(signal.SIGHUP)
                assert each.logs("read the keys again (2 in all)"), each.log
            assert client.call()[0]["count"] == 3
            client.close()
            assert first.end() == 0, first.log


def status_of(client: Client) -> int:
    response = client.request("POST", '{"jsonrpc":"2.0","id":77,"method":"ping"}')
    response.read()
    return response.status


def every_kind_of_request_finds_its_session(program: str, folder: pathlib.Path) -> None:
    with start(program, folder, "--drain-timeout", "1") as first:
        assert first.listens(), first.log
        client = Client(first.port).open()
        client.call()
        old_stream = SseSession(first.port)
        old_stream.ask("initialize", {"protocolVersion": "2024-11-05", "capabilities": {}, "clientInfo": {"name": "sse", "version": "1"}})
        with start(program, folder, port=first.port) as second:
            assert second.listens(), second.log
            message = b'{"jsonrpc":"2.0","id":50,"method":"tools/call","params":{"name":"count","arguments":{"text":"' + b"z" * 300_000 + b'"}}}'
            head = (f"POST /mcp HTTP/1.1\r\nHost: localhost:{first.port}\r\nMcp-Session-Id: {client.session}\r\nContent-Type: application/json\r\n"
                    "Accept: application/json, text/event-stream\r\n")
            with socket.create_connection(("127.0.0.1", first.port), timeout=20) as raw:
                # A head in two parts, a body that waits for leave, in chunks; and the next request right behind it.
                raw.sendall(head.encode()[:60])
                time.sleep(0.1)
                raw.sendall(head.encode()[60:] + b"Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n")
                reader = raw.makefile("rb")
                assert reader.readline().startswith(b"HTTP/1.1 100") and reader.readline() == b"\r\n"
                for part in (message[:1000], message[1000:]):
                    raw.sendall(b"%x\r\n%s\r\n" % (len(part), part))
                raw.sendall(b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert reader.readline().startswith(b"HTTP/1.1 200")
                text = b""
                while b"HTTP/1.1 200" not in text:
                    line = reader.readline()
                    assert line, f"the second request has no answer: {text!r}"
                    text += line
                assert b'"count": 2' in text and b'"length": 300000' in text, text
            answer = old_stream.ask("tools/call", {"name": "count", "arguments": {}})
            assert answer["structuredContent"]["count"] == 1
            new_stream = SseSession(first.port)
            new_stream.ask("initialize", {"protocolVersion": "2024-11-05", "capabilities": {}, "clientInfo": {"name": "sse", "version": "1"}})
            new_stream.close()
            old_stream.close()
            client.close()
            first.stop()
            assert first.end() == 0, first.log


def a_crowd_of_idle_connections_moves(program: str, folder: pathlib.Path) -> None:
    """Each is passed on by itself, and more than a queue holds at once."""
    request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with start(program, folder) as first:
        assert first.listens(), first.log
        crowd = [socket.create_connection(("127.0.0.1", first.port), timeout=20) for _ in range(500)]
        for each in crowd:
            each.sendall(request)
        assert all(b"200" in each.recv(1000) for each in crowd)
        with start(program, folder, port=first.port) as second:
            assert second.listens(), second.log
            for each in crowd:
                each.sendall(request)
            assert all(b"200" in each.recv(1000) for each in crowd)
            assert first.end() == 0, first.log
            for each in crowd:
                each.close()


def sockets_of_the_service_manager_stay_in_use(program: str, folder: pathlib.Path) -> None:
    with listening_socket() as given:
        port = given.getsockname()[1]
        with Bridge(program, folder, "--handover", str(folder / "bridge.sock"), sockets=[given]) as first:
            assert first.listens(), first.log
            client = Client(port).open()
            with start(program, folder, port=1) as elsewhere:
                assert elsewhere.end() == 1 and "where the service manager listens" in elsewhere.log, elsewhere.log
            with start(program, folder, port=port) as second:
                assert second.listens(), second.log
                assert client.call()[0]["count"] == 1
                client.close()
                assert first.end() == 0, first.log
                Client(port).open().close()


def the_next_process_finds_those_that_live(program: str, folder: pathlib.Path) -> None:
    with start(program, folder, "--drain-timeout", "2") as first:
        assert first.listens(), first.log
        client = Client(first.port).open()
        for number in (signal.SIGKILL, signal.SIGTERM):
            with start(program, folder, port=first.port) as passing:
                assert passing.listens(), passing.log
                assert client.call()[0]["count"] > 0
                client.connection.close()
                passing.stop(number)
                passing.end()
        with start(program, folder, port=first.port) as last:
            assert last.listens(), last.log
            assert client.call()[0]["count"] == 3, "its session is still there"
            last.stop(signal.SIGKILL)
            assert first.end() == 0 and "no longer needed" in first.log, "nobody can reach it"


def another_user_gets_nothing(program: str, folder: pathlib.Path) -> None:
    if os.geteuid() != 0:
        print("  not as root: skipped")
        return
    nobody = 65534
    folder.chmod(0o777)
    path = str(folder / "bridge.sock")
    # A stranger waits at the path for the connections of clients.
    code = f"import os,socket,time;os.setuid({nobody});s=socket.socket(socket.AF_UNIX);s.bind({path!r});s.listen();time.sleep(60)"
    stranger = subprocess.Popen([sys.executable, "-c", code])
    try:
        assert wait_until(lambda: os.path.exists(path))
        time.sleep(0.2)
        with start(program, folder) as second:
            assert second.end() == 1 and "belongs to another user" in second.log, second.log
    finally:
        stranger.kill()
        stranger.wait()
    os.unlink(path)
    with start(program, folder) as first:
        assert first.listens(), first.log
        os.chmod(path, 0o666)
        code = f"import os,socket;os.setuid({nobody});s=socket.socket(socket.AF_UNIX);s.connect({path!r});s.settimeout(5);print(s.recv(1))"
        said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20)
        assert said.stdout.strip() == "b''" and first.logs("a process of another user"), (said, first.log)


CASES = [sessions_stay_where_they_are, keys_are_those_of_the_new_process, new_keys_of_the_file_open_old_sessions, every_kind_of_request_finds_its_session, a_crowd_of_idle_connections_moves,
         sockets_of_the_service_manager_stay_in_use, the_next_process_finds_those_that_live, another_user_gets_nothing,
         signal_ends_the_old_process_in_time, mistakes_leave_the_old_process_alone, no_call_is_lost]

# They wait for deadlines, or need more than Python.
SLOW_CASES = [sessions_of_the_python_sdk_go_on, a_process_that_hangs_is_not_replaced]
