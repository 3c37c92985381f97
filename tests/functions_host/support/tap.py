"""Runs unittest's tests, several at a time, and prints a line for each."""
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor

# Most tests wait for processes most of the time.
AT_A_TIME = 4


class Tap:
    """Counts and prints; `prefix` stands before each name."""

    def __init__(self, prefix):
        self._prefix, self._lock = prefix, threading.Lock()
        self.passed = self.failed = self.skipped = 0

    def report(self, test, errors, skips):
        """The outcome of one test: texts of what went wrong, reasons why it was left out."""
        name = self._prefix + getattr(test, '_testMethodName', str(test)).removeprefix('test_').replace('_', ' ')
        with self._lock:
            self.failed, self.skipped = self.failed + bool(errors), self.skipped + bool(skips and not errors)
            self.passed += not errors and not skips
            number = self.passed + self.failed + self.skipped
            reason = f' # SKIP {skips[0]}' if skips and not errors else ''
            print(f'{"not ok" if errors else "ok"} {number} - {name}{reason}', flush=True)
            for error in errors:
                print('  ' + error.rstrip().replace('\n', '\n  '), flush=True)


def each(suite):
    """The single tests of suites in suites."""
    for member in suite:
        yield from each(member) if isinstance(member, unittest.TestSuite) else [member]


def run(suite, prefix=''):
    """(passed, failed, skipped)"""
    tap = Tap(prefix)

    def one(test):
        result = unittest.TestResult()
        test.run(result)
        tap.report(test, [text for _, text in result.failures + result.errors], [reason for _, reason in result.skipped])

    with ThreadPoolExecutor(AT_A_TIME) as workers:
        for outcome in [workers.submit(one, test) for test in each(suite)]:
            outcome.result()
    return tap.passed, tap.failed, tap.skipped
