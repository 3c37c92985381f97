"""A port for a program that is told which one to listen on."""
import contextlib
import random
import socket

# Linux takes the local ports of connections, and those of listeners that name none, from 32768 and up (ip_local_port_range). The real host takes
# its handler's port from there too, and loses it if somebody else gets it before the handler listens.
LOWEST, HIGHEST = 20_000, 31_999


def free_port():
    """A port on which no process listens. Raises OSError if there is none."""
    for port in random.sample(range(LOWEST, HIGHEST + 1), 1000):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(('127.0.0.1', port))
            return port
    raise OSError('no port is free')
