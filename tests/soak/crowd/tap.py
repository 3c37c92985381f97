"""Prints results as TAP. scripts/test reads the last line."""


class Results:
    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.skipped = 0

    def check(self, good: bool, promise: str, *details: str):
        self.passed += good
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self._number()} - {promise}", flush=True)
        if not good:
            for line in details:
                print(f"  {line}", flush=True)

    def skip(self, promise: str, why: str):
        self.skipped += 1
        print(f"ok {self._number()} - {promise} # SKIP {why}", flush=True)

    def note(self, text: str):
        print(f"# {text}", flush=True)

    def conclude(self) -> int:
        """Prints the counts. Returns the exit code."""
        print(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped", flush=True)
        return 1 if self.failed else 0

    def _number(self) -> int:
        return self.passed + self.failed + self.skipped
