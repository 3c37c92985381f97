"""Sockets that a service manager opened, and the messages to it."""
import pathlib
import socket

from upgrading.bridge import Bridge, Manager, listening_socket
from upgrading.client import Client


def serves_on_given_sockets(program: str, folder: pathlib.Path) -> None:
    with listening_socket() as first, listening_socket() as second, listening_socket() as metrics, Manager(folder) as manager:
        with Bridge(program, folder, sockets=[first, metrics, second], names="a:metrics:b", variables={"NOTIFY_SOCKET": manager.path},
                    server=["/usr/bin/env", "python3", str(pathlib.Path(__file__).with_name("counting_server.py"))]) as bridge:
            assert manager.receive() == "READY=1", "the manager is told that the bridge listens"
            for each in (first, second):
                count, _ = Client(each.getsockname()[1]).open().call()
                assert count["count"] == 1
                environment = pathlib.Path(f"/proc/{count['process']}/environ").read_text()
                assert "LISTEN" not in environment and "NOTIFY" not in environment, "servers get nothing of it"
                links = [str(link.readlink()) for link in pathlib.Path(f"/proc/{count['process']}/fd").iterdir()]
                assert not any("socket" in link for link in links), f"servers get no socket: {links}"
            page = Client(metrics.getsockname()[1]).request("GET", path="/metrics").read().decode()
            assert "mcp_bridge" in page
            bridge.stop()
            assert manager.receive() == "STOPPING=1"
            assert bridge.end() == 0, bridge.log


def connections_wait_for_the_next_process(program: str, folder: pathlib.Path) -> None:
    """The queue of the socket stays while no process reads it."""
    with listening_socket() as given:
        with Bridge(program, folder, sockets=[given]) as first:
            assert first.listens(), first.log
            Client(given.getsockname()[1]).open().call()
            first.stop()
            assert first.end() == 0, first.log
        waiting = [socket.create_connection(given.getsockname(), timeout=20) for _ in range(5)]
        for each in waiting:
            each.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with Bridge(program, folder, sockets=[given]) as second:
            for each in waiting:
                assert each.recv(100).startswith(b"HTTP/1.1 200"), second.log
                each.close()


def refuses_what_it_cannot_use(program: str, folder: pathlib.Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        with Bridge(program, folder, sockets=[datagrams]) as bridge:
            assert bridge.end() == 2 and "descriptor 3 cannot be used: it is no TCP socket" in bridge.log, bridge.log
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        with Bridge(program, folder, sockets=[silent]) as bridge:
            assert bridge.end() == 2 and "it does not listen" in bridge.log, bridge.log
    with listening_socket("0.0.0.0") as public:
        with Bridge(program, folder, sockets=[public]) as bridge:
            assert bridge.end() == 2 and "refusing to listen on 0.0.0.0 without a key" in bridge.log, bridge.log
    with Bridge(program, folder, "--port", "0", variables={"LISTEN_PID": "1", "LISTEN_FDS": "1"}) as bridge:
        assert bridge.listens(), "sockets of another process are none of the bridge's"


CASES = [serves_on_given_sockets, connections_wait_for_the_next_process, refuses_what_it_cannot_use]
