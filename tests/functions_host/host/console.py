"""What the host makes of a handler's lines (contract 2.5)."""
from dataclasses import dataclass

USER_CATEGORY = 'Host.Function.Console'
TOOLING_CATEGORY = 'Host.Function.ToolingConsoleLog'
SYSTEM_PREFIX = 'LanguageWorkerConsoleLog'
TOOLING_PREFIX = 'azfuncjsonlog:'


@dataclass(frozen=True)
class LogLine:
    level: str  # Debug, Information, Warning or Error
    category: str
    text: str


def line_of_stdout(text, worker_id):
    return _placed('Information', text, worker_id)


def line_of_stderr(text, worker_id, only_errors):
    """`only_errors`: useStdErrorStreamForErrorsOnly."""
    low = text.lower()
    if 'warn' in low:
        level = 'Warning'
    elif only_errors or any(word in low for word in ('error', 'fail', 'severe', 'unhandled exception')):
        level = 'Error'
    else:
        level = 'Information'
    return _placed(level, text, worker_id)


def _placed(level, text, worker_id):
    if text.startswith(SYSTEM_PREFIX):
        return LogLine(level, f'Worker.HttpWorkerProcess.{worker_id}', text[len(SYSTEM_PREFIX):].lstrip(': '))
    if text.startswith(TOOLING_PREFIX):
        return LogLine(level, TOOLING_CATEGORY, text[len(TOOLING_PREFIX):])
    return LogLine(level, USER_CATEGORY, text)
