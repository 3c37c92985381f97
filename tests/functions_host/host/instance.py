"""One place for a handler: keeps a process running there, by the host's policy for exits (contract 2.6)."""
import asyncio

from .free_port import free_port
from .process import HandlerProcess, StartFailed
from .readiness import wait_until_ready
from .upstream import Pool

MAX_ERRORS = 3
ERROR_WINDOW = 30 * 60
RESTART_CODE = 200


class HostMustStop(Exception):
    """The host gives up; its words are the log line."""


class Instance:
    """`scale` multiplies the host's timers. `run` is the instance's life; the port stays the same for all of it."""

    def __init__(self, number, settings, environment, record, scale, repair_mode):
        self.number, self._settings, self._environment, self._record = number, settings, environment, record
        self._scale, self._repair_mode = scale, repair_mode
        self.port = settings.handler.port or free_port()
        self.pool = Pool(self.port, scale)
        self.wanted = asyncio.Event()  # by a request
        self._ready = asyncio.Event()
        self._given_up = asyncio.get_running_loop().create_future()  # HostMustStop: no process runs here any more, and none will
        self._process = None
        self._killed = False  # by this host on purpose: not an error of the handler's
        self._errors = 0
        self._last_error = 0

    @property
    def pid(self):
        return self._process.pid if self._process else None

    async def run(self):
        """Starts the handler, and again whenever it ends as an error or asks for it. Raises HostMustStop; else ends when cancelled.

        The host takes no further notice of a handler that it could not start: it does not try again and counts no error. Requests wait in vain.
        """
        try:
            while True:
                code = await self._one_life()
                self._ready.clear()
                self.pool.drop()
                if code not in (RESTART_CODE, None):
                    self._count_error(code)
        except StartFailed as error:
            self._record.log('Error', str(error))
            self._record.event('handler_not_started', handler=self.number)
            await asyncio.get_running_loop().create_future()  # until it is cancelled
        except HostMustStop as error:
            self._given_up.set_result(error)
            raise
        finally:
            if self._process:
                await self._process.kill()
            self.pool.drop()

    async def ready(self):
        """Waits until requests can be sent; for four times the initialization timeout at most. Raises HostMustStop then."""
        if self._ready.is_set():
            return
        limit = (MAX_ERRORS + 1) * self._settings.handler.initialization_timeout * self._scale
        ready = asyncio.ensure_future(self._ready.wait())
        try:
            await asyncio.wait([ready, self._given_up], timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
        if self._given_up.done():
            raise HostMustStop(str(self._given_up.result()))
        if not self._ready.is_set():
            raise HostMustStop('The HTTP worker was not initialized in time. Shutting down the Functions host.')

    async def restart(self):
        """Kills the process, if there is one; another one is started, and nothing is counted."""
        if self._process:
            self._killed = True
            self._ready.clear()
            await self._process.kill()

    async def exited(self, seconds):
        """Waits for the process to end by itself."""
        if self._process:
            await asyncio.wait([asyncio.ensure_future(self._process.exited())], timeout=seconds)

    async def _one_life(self):
        """From a start to an end that has consequences: an exit code other than 0; None if this host killed it; 'late' if it never came up.

        Raises StartFailed.
        """
        self._process = await HandlerProcess.start(self._settings, self.number, self.port, self._environment, self._record, self._repair_mode)
        self._killed = False
        ending = asyncio.ensure_future(self._ending())
        coming_up = asyncio.ensure_future(self._come_up())
        try:
            await asyncio.wait([ending, coming_up], return_when=asyncio.FIRST_COMPLETED)
            if coming_up.done() and not coming_up.result() and not ending.done():
                await self._process.kill()
                return 'late'
            if not ending.done():
                self._record.event('handler_ready', handler=self.number, pid=self.pid)
                self._record.log('Debug', 'Worker process started and initialized.')
                self._ready.set()
            return await ending
        finally:
            ending.cancel()
            coming_up.cancel()

    async def _come_up(self):
        timeout = self._settings.function_timeout
        return await wait_until_ready(self.port, self._settings.handler.initialization_timeout * self._scale,
                                      None if timeout is None else (timeout + 60) * self._scale)

    async def _ending(self):
        code = await self._process.exited()
        while code == 0 and not self._killed:
            # The host takes no notice of it, and believes the worker to be there, until it kills that itself.
            await asyncio.sleep(0.05)
        return None if self._killed else code

    def _count_error(self, code):
        now = asyncio.get_running_loop().time()
        if self._errors and now - self._last_error > ERROR_WINDOW * self._scale:
            self._errors = 0
        self._errors, self._last_error = self._errors + 1, now
        said = ''.join('\n' + line for line in self._process.last_errors)
        what = 'did not answer in time' if code == 'late' else f'exited with code {code}'
        self._record.log('Error', f'The handler (process id {self.pid}) {what}.{said}')
        self._record.event('handler_error', handler=self.number, count=self._errors, code=code)
        if self._errors >= MAX_ERRORS:
            raise HostMustStop(f'Exceeded http worker restart retry count ({MAX_ERRORS}). Shutting down the Functions host.')
