"""Runs unittest's tests, and prints a line for each."""
import unittest


class TapResult(unittest.TestResult):
    """`prefix` stands before each name."""

    def __init__(self, prefix):
        super().__init__()
        self._prefix = prefix
        self.passed = self.failed = self.skips = self._number = 0

    def _say(self, result, test, more=''):
        self._number += 1
        name = getattr(test, '_testMethodName', str(test)).removeprefix('test_').replace('_', ' ')
        print(f'{result} {self._number} - {self._prefix}{name}{more}', flush=True)

    def addSuccess(self, test):
        self.passed += 1
        self._say('ok', test)

    def addSkip(self, test, reason):
        self.skips += 1
        self._say('ok', test, f' # SKIP {reason}')

    def _bad(self, test, error):
        self.failed += 1
        self._say('not ok', test)
        print('  ' + self._exc_info_to_string(error, test).rstrip().replace('\n', '\n  '), flush=True)

    def addFailure(self, test, error):
        self._bad(test, error)

    def addError(self, test, error):
        self._bad(test, error)

    def addSubTest(self, test, subtest, error):
        if error:
            self._bad(test, error)


def run(suite, prefix=''):
    """(passed, failed, skipped)"""
    result = TapResult(prefix)
    suite.run(result)
    return result.passed, result.failed, result.skips
