"""The host as a whole: configuration, handlers, the public port, and how all of it ends."""
import asyncio
import os
import signal
from dataclasses import dataclass
from pathlib import Path

from . import configuration
from .errors import HostConfigurationError
from .instance import HostMustStop, Instance
from .keys import Authorization, Keys
from .local_settings import with_local_settings
from .server import Server

INTERRUPT_GRACE = 1
LAST_ANSWERS_GRACE = 1


@dataclass(frozen=True)
class Choices:
    """What the command line chose. `keys`: a file, None for no authorization."""
    root: Path
    port: int = 7071
    address: str = '127.0.0.1'
    keys: Path | None = None
    scale_out: int = 1
    cold: bool = False
    azure: bool = False
    time_scale: float = 1.0
    break_first: bool = False
    older_host: bool = False


class Host:
    def __init__(self, choices, record):
        self._choices, self._record = choices, record
        self._stop = asyncio.get_running_loop().create_future()

    async def run(self):
        """Until a signal (exit code 0) or until the host gives up (1)."""
        try:
            return await self._serve()
        except (HostConfigurationError, HostMustStop) as error:
            self._record.log('Error', str(error))
            return 1
        except OSError as error:
            self._record.log('Error', f'Port {self._choices.port} is unavailable: {error.strerror}')
            return 1

    async def _serve(self):
        choices = self._choices
        settings, environment = self._settings()
        if choices.scale_out > 1 and settings.handler.port:
            raise HostConfigurationError('customHandler.port is set: several handlers on one machine cannot share it.')
        instances = [Instance(number, settings, environment, self._record, choices.time_scale, choices.azure) for number in range(choices.scale_out)]
        authorization = Authorization(Keys.in_file(choices.keys, settings.functions) if choices.keys else None)
        public = Server(settings, authorization, instances, self._record, choices, self._give_up)
        server = await public.listen(choices.address, choices.port)
        port = server.sockets[0].getsockname()[1]
        self._announce(settings, port)
        lives = [asyncio.ensure_future(self._life(instance)) for instance in instances]
        try:
            self._on_signals()
            return await self._stop_of(server, public, instances)
        finally:
            server.close()
            for life in lives:
                life.cancel()
            await asyncio.wait(lives)

    def _settings(self):
        choices, environment, warnings = self._choices, dict(os.environ), []
        if not choices.azure:
            environment, warnings = with_local_settings(choices.root.resolve(), environment, choices.port)
        settings = configuration.load(choices.root, environment, choices.older_host)
        for warning in (*warnings, *settings.warnings):
            self._record.log('Warning', warning)
        for refused in settings.refused_functions:
            self._record.log('Error', refused)
        if not settings.functions:
            self._record.log('Warning', 'No job functions found.')
        if settings.handler.port:
            self._record.log('Information', f'Using the configured port {settings.handler.port} for the custom handler.')
        return settings, environment

    async def _life(self, instance):
        if self._choices.cold:
            await instance.wanted.wait()
        try:
            await instance.run()
        except HostMustStop as error:
            self._give_up(error)

    def _announce(self, settings, port):
        for function in settings.functions:
            self._record.log('Information', f'{function.name}: [{",".join(function.methods)}] http://localhost:{port}/{function.route.template}')
        self._record.event('listening', port=port, pid=os.getpid())

    def _give_up(self, error):
        if not self._stop.done():
            self._stop.set_result(error)

    def _on_signals(self):
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._give_up, number)

    async def _stop_of(self, server, public, instances):
        why = await self._stop
        server.close()
        if isinstance(why, HostMustStop):
            self._record.log('Error', str(why))
            await public.answered(LAST_ANSWERS_GRACE)
            return 1
        if why == signal.SIGINT:
            # A terminal's Ctrl-C has reached the handler as well; the host's own end takes a moment.
            await asyncio.wait([asyncio.ensure_future(instance.exited(INTERRUPT_GRACE)) for instance in instances])
        return 0
