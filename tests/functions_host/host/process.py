"""One run of the handler: how it is started, heard and killed (contract 2)."""
import asyncio
import os
import stat
import subprocess
import uuid

from . import command_line, console

# A line that never ends is cut here; a real host would keep it.
LONGEST_LINE = 64 * 1024 * 1024


class StartFailed(Exception):
    """The program cannot be started."""


class HandlerProcess:
    """Started by `start`. What it writes goes to the record, line by line."""

    def __init__(self, popen, number, worker_id, record):
        self._popen, self._number, self.worker_id, self._record = popen, number, worker_id, record
        self.pid = popen.pid
        self.last_errors = []
        self._readers = []
        self._exit = asyncio.get_running_loop().create_task(self._wait())

    @classmethod
    async def start(cls, settings, number, port, environment, record, repair_mode):
        """`environment` is the host's own. `repair_mode`: add missing exec bits, as the host does on Flex Consumption."""
        description, worker_id = settings.handler, str(uuid.uuid4())
        variables = {
            'FUNCTIONS_CUSTOMHANDLER_PORT': str(port), 'FUNCTIONS_HTTPWORKER_PORT': str(port),
            'FUNCTIONS_CUSTOMHANDLER_WORKER_ID': worker_id, 'FUNCTIONS_HTTPWORKER_ID': worker_id,
            'FUNCTIONS_APP_ROOT_PATH': str(settings.root),
        }
        program = command_line.executable(description, environment, variables)
        arguments = command_line.split(command_line.argument_line(description, environment, variables))
        if repair_mode and os.path.isfile(program):
            os.chmod(program, os.stat(program).st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
        try:
            popen = subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=description.working_directory,
                                     env={**environment, **variables}, bufsize=0)
        except OSError as error:
            raise StartFailed(f"Failed to start '{program}': {error.strerror}") from error
        self = cls(popen, number, worker_id, record)
        record.event('handler_started', handler=number, pid=self.pid, port=port, program=program, arguments=arguments)
        await self._listen(description.stderr_is_for_errors)
        return self

    async def exited(self):
        """Waits for the end. The exit code; 128+n if signal n ended it."""
        return await asyncio.shield(self._exit)

    async def kill(self):
        """SIGKILL, to this process only, and a second for it to go."""
        if self._popen.returncode is None:
            self._popen.kill()
        await asyncio.wait([self._exit], timeout=1)

    async def _listen(self, only_errors):
        loop = asyncio.get_running_loop()
        for pipe, placed in ((self._popen.stdout, lambda text: console.line_of_stdout(text, self.worker_id)),
                             (self._popen.stderr, lambda text: console.line_of_stderr(text, self.worker_id, only_errors))):
            reader = asyncio.StreamReader(limit=LONGEST_LINE)
            await loop.connect_read_pipe(lambda reader=reader: asyncio.StreamReaderProtocol(reader), pipe)
            self._readers.append(loop.create_task(self._copy_lines(reader, placed, pipe is self._popen.stderr)))

    async def _copy_lines(self, reader, placed, is_stderr):
        while data := await reader.readline():
            line = placed(data.decode('utf-8', 'replace').rstrip('\r\n'))
            if is_stderr and line.level == 'Error':
                self.last_errors = [*self.last_errors[-2:], line.text]
            self._record.line(line, handler=self._number)

    async def _wait(self):
        """The end is seen at the process, not at its pipes, which somebody else may hold."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        descriptor = os.pidfd_open(self.pid)
        loop.add_reader(descriptor, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(descriptor)
            os.close(descriptor)
        code = self._popen.wait()
        if self._readers:
            await asyncio.wait(self._readers, timeout=0.2)
        code = code if code >= 0 else 128 - code
        self._record.event('handler_exited', handler=self._number, pid=self.pid, code=code)
        return code
