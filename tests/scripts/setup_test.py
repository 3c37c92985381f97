"""scripts/setup, with stand-ins for the programs that it calls."""

import unittest

from support import ScriptTest


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
        ended = self.run_script("scripts/setup", "package", path=str(self.folder))
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertIn("sudo apt-get update", ended.stderr)
        self.assertRegex(ended.stderr, "sudo env .*apt-get install .* python3")

    def test_does_nothing_where_nothing_is_missing(self):
        self.stand_in("dpkg-query", "printf installed")
        ended = self.run_script("scripts/setup", "build", "test", path=str(self.folder))
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
