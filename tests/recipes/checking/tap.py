"""Results as TAP lines, and their count."""
import sys


class Results:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def ok(self, name: str):
        self.passed += 1
        self._print(f"ok {self._number()} - {name}")

    def not_ok(self, name: str, why: str):
        self.failed += 1
        self._print(f"not ok {self._number()} - {name}")
        for line in why.rstrip().splitlines():
            self._print(f"#   {line}")

    def skip(self, name: str, why: str):
        self.skipped += 1
        self._print(f"ok {self._number()} - {name} # SKIP {why}")

    def judge(self, name: str, wrong: list):
        """One result for a check that may find several things wrong."""
        if wrong:
            self.not_ok(name, "\n".join(wrong))
        else:
            self.ok(name)

    def _number(self) -> int:
        return self.passed + self.failed + self.skipped

    @staticmethod
    def _print(line: str):
        print(line)
        sys.stdout.flush()
