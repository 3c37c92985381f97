"""scripts/test, with stand-ins for ctest, for the parts of the tests and for the scripts that build."""

import shutil
import unittest

from support import ROOT, ScriptTest

# The report of a run of four tests, of which the given number failed.
REPORT = '<testsuite tests="4" failures="{0}" disabled="0" skipped="1">'

FAILED = """a_test.cpp:7: Failure
Expected: 1

The following tests FAILED:
\t  3 - a_test.that_is_unstable (Failed)
Errors while running CTest"""


class ProjectTest(ScriptTest):
    def setUp(self):
        super().setUp()
        self.project = self.folder / "project"
        (self.project / "build/asan").mkdir(parents=True)
        for name in "setup", "compile", "build":
            self.add(f"scripts/{name}", "")
        shutil.copy(ROOT / "scripts/test", self.project / "scripts/test")

    def add(self, name, body):
        """Makes a program of the project, a shell script."""
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/bash\n{body}\n")
        path.chmod(0o755)


class PartsBesideOthers(ProjectTest):
    def test_count_and_run_while_another_part_runs(self):
        # Each waits for the other one.
        meet = "touch {0}; for i in $(seq 100); do [ -e {1} ] && break; sleep 0.1; done; [ -e {1} ] && echo '{2} passed, 0 failed, 0 skipped'"
        self.add("tests/interop/run", meet.format("a", "b", 20))
        self.add("tests/infra/run", meet.format("b", "a", 3))
        ended = self.run_script(self.project / "scripts/test", "interop", "infra")
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
        self.assertEqual(ended.stdout.splitlines()[-1], "23 passed, 0 failed, 0 skipped")

    def test_are_over_before_the_part_begins_whose_deadlines_are_tight(self):
        for name in "infra", "soak":
            self.add(f"tests/{name}/run", f"sleep 0.5; touch {name}-is-over; echo '1 passed, 0 failed, 0 skipped'")
        self.add("tests/conformance/run", "echo '1 passed, 0 failed, 0 skipped'")
        self.add("tests/faults/run", "[ -e infra-is-over ] && [ -e soak-is-over ] && echo '1 passed, 0 failed, 0 skipped'")
        ended = self.run_script(self.project / "scripts/test", "faults", "conformance", "infra", "soak")
        self.assertEqual(ended.stdout.splitlines()[-1], "4 passed, 0 failed, 0 skipped")

    def test_can_be_the_release_build_which_is_over_before_its_binaries_are_used(self):
        self.stand_in("ctest", f"""touch begun
for i in $(seq 100); do [ -e build-begun ] && break; sleep 0.1; done
echo '{REPORT.format(0)}' >build/asan/report.xml""")
        self.add("scripts/build", "touch build-begun; for i in $(seq 100); do [ -e begun ] && break; sleep 0.1; done; sleep 0.3; touch built")
        self.add("tests/soak/run", "[ -e built ] && echo '1 passed, 0 failed, 0 skipped'")
        ended = self.run_script(self.project / "scripts/test", "unit", "soak")
        self.assertEqual(ended.stdout.splitlines()[-1], "4 passed, 0 failed, 1 skipped", ended.stdout + ended.stderr)

    def test_show_why_the_release_build_failed(self):
        self.stand_in("ctest", f"echo '{REPORT.format(0)}' >build/asan/report.xml")
        self.add("scripts/build", "echo 'a.cpp:1: error'; exit 1")
        ended = self.run_script(self.project / "scripts/test", "unit", "soak")
        self.assertEqual(ended.returncode, 1)
        self.assertIn("a.cpp:1: error", ended.stderr)

    def test_fail_the_whole_if_they_fail(self):
        self.add("tests/infra/run", "echo 'not ok 1 - a file'; echo '2 passed, 1 failed, 0 skipped'; exit 1")
        self.add("scripts/tidy", "echo 'a.cpp:1: warning'; exit 1")
        ended = self.run_script(self.project / "scripts/test", "infra", "tidy")
        self.assertEqual(ended.returncode, 1)
        self.assertEqual(ended.stdout.count("not ok 1 - a file"), 2)
        self.assertEqual(ended.stdout.splitlines()[-1], "2 passed, 2 failed, 0 skipped")

    def test_that_print_no_results_count_as_failed(self):
        self.add("tests/infra/run", "exit 3")
        ended = self.run_script(self.project / "scripts/test", "infra")
        self.assertIn("tests/infra/run ended with exit code 3 and printed no results", ended.stderr)
        self.assertEqual(ended.stdout.splitlines()[-1], "0 passed, 1 failed, 0 skipped")


class SecondTries(ProjectTest):

    def run_tests(self, first, failures=1, second=0):
        """Runs scripts/test with a ctest that prints `first`, has so many failures, and then ends a second run with the exit code `second`."""
        (self.folder / "first.txt").write_text(first)
        (self.folder / "report.xml").write_text(REPORT.format(failures))
        self.stand_in("ctest", f"""echo "$*" >>{self.folder}/ctest.log
case "$*" in *--rerun-failed*) exit {second} ;; esac
cp {self.folder}/report.xml build/asan/report.xml
cat {self.folder}/first.txt
exit 8""")
        return self.run_script(self.project / "scripts/test", "unit")

    def runs(self):
        return len((self.folder / "ctest.log").read_text().splitlines())

    def test_are_given_to_a_test_that_failed_beside_others_and_its_failure_is_shown(self):
        ended = self.run_tests(FAILED)
        self.assertEqual(ended.returncode, 0)
        self.assertIn("passed alone:\na_test.cpp:7: Failure\nExpected: 1\n\n\t  3 - a_test.that_is_unstable (Failed)\n", ended.stdout)
        self.assertEqual(ended.stdout.splitlines()[-1], "3 passed, 0 failed, 1 skipped")

    def test_do_not_help_a_test_that_fails_alone_too(self):
        ended = self.run_tests(FAILED, second=8)
        self.assertEqual(ended.returncode, 1)
        self.assertEqual(ended.stdout.splitlines()[-1], "2 passed, 1 failed, 1 skipped")

    def test_are_not_given_to_what_a_sanitizer_found(self):
        for found in "==7==ERROR: AddressSanitizer: heap-use-after-free", "a.cpp:1:2: runtime error: signed integer overflow":
            ended = self.run_tests(f"{found}\n{FAILED}")
            self.assertEqual(ended.returncode, 1)
        self.assertEqual(self.runs(), 2)

    def test_are_not_given_to_many(self):
        ended = self.run_tests(FAILED, failures=4)
        self.assertEqual(ended.returncode, 1)
        self.assertEqual(self.runs(), 1)


if __name__ == "__main__":
    unittest.main()
