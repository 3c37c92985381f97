"""Stand-ins for the programs that the project's scripts call."""

import os
import pathlib
import stat
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class ScriptTest(unittest.TestCase):
    """Runs scripts with a PATH that begins with a folder of stand-ins, or has nothing else."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def stand_in(self, name, body):
        """Makes a program of this name, a shell script."""
        path = self.folder / name
        path.write_text(f"#!/bin/bash\n{body}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def environment(self, path=None, **more):
        """The environment of a script: `path` is its PATH, by default the stand-ins before all programs of this machine."""
        return os.environ | {"PATH": path or f"{self.folder}:{os.environ['PATH']}"} | more

    def run_script(self, name, *arguments, path=None, **more):
        return subprocess.run(["/bin/bash", ROOT / name, *arguments], env=self.environment(path, **more), capture_output=True, text=True,
                              timeout=60)
