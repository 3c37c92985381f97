"""Results as TAP lines, and their count."""


class Results:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self._lines = []  # what goes before the number, and what behind it
        self._printed = self._number = 0

    def ok(self, name: str):
        self.passed += 1
        self._lines.append(("ok", name))

    def not_ok(self, name: str, why: str):
        self.failed += 1
        self._lines.append(("not ok", "\n".join([name] + [f"#   {line}" for line in why.rstrip().splitlines()])))

    def skip(self, name: str, why: str):
        self.skipped += 1
        self._lines.append(("ok", f"{name} # SKIP {why}"))

    def judge(self, name: str, wrong: list):
        """One result for a check that may find several things wrong."""
        if wrong:
            self.not_ok(name, "\n".join(wrong))
        else:
            self.ok(name)

    def note(self, text: str):
        self._lines.append(("#", text))

    def add(self, others):
        self.passed, self.failed, self.skipped = self.passed + others.passed, self.failed + others.failed, self.skipped + others.skipped
        self._lines += others._lines

    def print(self):
        """Prints what is new since the last time."""
        for kind, text in self._lines[self._printed:]:
            self._number += kind != "#"
            print(f"# {text}" if kind == "#" else f"{kind} {self._number} - {text}", flush=True)
        self._printed = len(self._lines)
