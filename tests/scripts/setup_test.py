"""scripts/setup, with stand-ins for the programs that it calls."""

import subprocess
import unittest

from support import ROOT, ScriptTest


class Setup(ScriptTest):
    def test_prints_the_command_to_paste_where_it_can_become_root_by_nothing(self):
        self.stand_in("id", "echo 1000")
        self.stand_in("dpkg-query", "exit 1")
        ended = self.run_script("scripts/setup", "package", path=str(self.folder))
        self.assertEqual(ended.returncode, 1)
        self.assertIn("needs root or sudo", ended.stderr)
        self.assertEqual(ended.stderr.splitlines()[-1], "apt-get update && apt-get install --no-install-recommends python3")

    def test_uses_sudo_where_it_is(self):
        self.stand_in("id", "echo 1000")
        self.stand_in("dpkg-query", "exit 1")
        self.stand_in("sudo", 'echo "sudo $*" >&2')
        self.stand_in("flock", "exit 0")
        ended = self.run_script("scripts/setup", "package", path=str(self.folder))
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertIn("sudo apt-get update", ended.stderr)
        self.assertRegex(ended.stderr, "sudo env .*apt-get install .* python3")

    def test_does_nothing_where_nothing_is_missing(self):
        self.stand_in("dpkg-query", "printf installed")
        ended = self.run_script("scripts/setup", "build", "test", path=str(self.folder))
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))

    def test_waits_for_another_one_that_installs(self):
        self.stand_in("id", "echo 0")
        self.stand_in("dpkg-query", "exit 1")
        # The second apt-get at a time fails, as the real one does.
        self.stand_in("apt-get", f"mkdir {self.folder}/busy || exit 100; sleep 0.2; rmdir {self.folder}/busy")
        both = [subprocess.Popen(["/bin/bash", ROOT / "scripts/setup", "package"], env=self.environment(), stderr=subprocess.PIPE) for _ in range(2)]
        for each in both:
            _, stderr = each.communicate(timeout=60)
            self.assertEqual(each.returncode, 0, stderr)


if __name__ == "__main__":
    unittest.main()
