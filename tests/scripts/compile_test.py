"""scripts/compile and cmake/link-quietly, with stand-ins for cmake, ninja and the linker."""

import os
import shutil
import signal
import subprocess
import unittest

from support import ROOT, ScriptTest


class Compile(ScriptTest):
    def setUp(self):
        super().setUp()
        self.project = self.folder / "project"
        (self.project / "scripts").mkdir(parents=True)
        shutil.copy(ROOT / "scripts/compile", self.project / "scripts/compile")
        self.stand_in("cmake", f'echo "$*" >>{self.folder}/cmake.log')

    def compile(self, *arguments):
        return self.run_script(self.project / "scripts/compile", *arguments)

    def test_shows_what_compilers_say_and_not_each_step(self):
        self.stand_in("ninja", 'echo "ninja: Entering directory"; echo "[1/2] Building a"; echo "a.cpp:1: warning: odd"; echo "[2/2] Building b"')
        ended = self.compile("no-such-preset")
        self.assertEqual(ended.returncode, 0)
        self.assertIn("a.cpp:1: warning: odd", ended.stderr.splitlines())
        self.assertNotIn("Building", ended.stderr)
        self.assertNotIn("Entering", ended.stderr)

    def test_fails_as_ninja_does_and_shows_why(self):
        self.stand_in("ninja", 'echo "[1/2] Building a"; echo "FAILED: a.o"; printf "a.cpp:1: error: no end of line"; exit 3')
        ended = self.compile("no-such-preset")
        self.assertEqual(ended.returncode, 3)
        self.assertIn("FAILED: a.o\na.cpp:1: error: no end of line", ended.stderr)

    def test_says_how_far_it_is_while_a_step_takes_long(self):
        wait = self.folder / "wait"
        os.mkfifo(wait)
        self.stand_in("ninja", f'echo "[3/7] Linking"; read -r -t 50 <{wait}; echo "[7/7] Linking"')
        script = subprocess.Popen(["/bin/bash", self.project / "scripts/compile", "no-such-preset"], stderr=subprocess.PIPE, text=True,
                                  env=self.environment(MCP_BRIDGE_PROGRESS_INTERVAL="1"))
        self.addCleanup(script.wait, 60)
        self.addCleanup(script.stderr.close)
        for line in script.stderr:
            if "no-such-preset: 3 of 7 steps done after" in line:
                break
        else:
            self.fail("no line came while the step took its time")
        wait.write_text("go on\n")
        self.assertIn("7 of 7 steps", script.stderr.read())

    def test_makes_a_unity_build_of_a_new_folder_only(self):
        self.stand_in("ninja", "true")
        self.compile("no-such-preset", "-DX=1", "target")
        self.assertEqual((self.folder / "cmake.log").read_text(), "--preset no-such-preset -DMCP_BRIDGE_UNITY=ON -DX=1\n")

    def test_repeats_the_options_because_a_preset_sets_its_own_values_anew(self):
        self.stand_in("ninja", "true")
        (self.project / "build/no-such-preset").mkdir(parents=True)
        (self.project / "build/no-such-preset/build.ninja").touch()
        self.compile("no-such-preset", "-DX=1", "target")
        self.assertEqual((self.folder / "cmake.log").read_text(), "--preset no-such-preset -DX=1\n")

    def test_compiles_each_source_by_itself_if_they_only_fail_together(self):
        self.stand_in("cmake", 'mkdir -p build/x; case "$*" in *UNITY=OFF*) value=OFF ;; *) value=ON ;; esac; '
                               'echo "MCP_BRIDGE_UNITY:BOOL=$value" >build/x/CMakeCache.txt')
        self.stand_in("ninja", 'if grep -q =ON build/x/CMakeCache.txt; then echo "a.cpp:1: error: redefinition"; exit 1; fi; echo "b.cpp:2: built"')
        ended = self.compile("x")
        self.assertEqual(ended.returncode, 0)
        self.assertRegex(ended.stderr, r"error: redefinition\ncompile: the sources of x do not compile together.*\nb.cpp:2: built")

    def test_starts_as_many_compilers_as_the_variable_of_cmake_says(self):
        self.stand_in("ninja", 'echo "$*"')
        ended = self.run_script(self.project / "scripts/compile", "x", "target", CMAKE_BUILD_PARALLEL_LEVEL="3")
        self.assertIn("-C build/x -j 3 target\n", ended.stderr)

    def test_waits_for_another_build_of_the_same_preset(self):
        begun, end = self.folder / "begun", self.folder / "end"
        os.mkfifo(begun)
        os.mkfifo(end)
        self.stand_in("ninja", f'[ -e {self.folder}/second ] && exit 0; touch {self.folder}/second; echo >{begun}; timeout 50 cat {end}; echo first ended >>{self.folder}/log')
        first = subprocess.Popen(["/bin/bash", self.project / "scripts/compile", "x"], stderr=subprocess.DEVNULL, env=self.environment())
        self.addCleanup(first.wait, 60)
        begun.read_text()
        second = subprocess.Popen(["/bin/bash", self.project / "scripts/compile", "x"], stderr=subprocess.PIPE, text=True, env=self.environment())
        self.addCleanup(second.stderr.close)
        self.assertEqual(second.stderr.readline(), "compile: waiting for the other build of x to end\n")
        end.write_text("\n")
        self.assertEqual(second.wait(60), 0)
        self.assertEqual((self.folder / "log").read_text(), "first ended\n")

    def test_blames_no_sources_for_a_build_that_was_stopped(self):
        begun = self.folder / "begun"
        os.mkfifo(begun)
        self.stand_in("cmake", "mkdir -p build/x; echo MCP_BRIDGE_UNITY:BOOL=ON >build/x/CMakeCache.txt")
        self.stand_in("ninja", f"trap 'exit 2' TERM; echo >{begun}; sleep 50 & wait")
        stopped = subprocess.Popen(["/bin/bash", self.project / "scripts/compile", "x"], stderr=subprocess.PIPE, text=True, env=self.environment(),
                                   start_new_session=True)
        self.addCleanup(stopped.stderr.close)
        begun.read_text()
        os.killpg(stopped.pid, signal.SIGTERM)
        self.assertEqual(stopped.wait(60), 143)
        self.assertNotIn("by itself", stopped.stderr.read())


class LinkQuietly(ScriptTest):
    def link(self, output, status=0):
        self.stand_in("linker", f"cat >&2 <<'END'\n{output}\nEND\nexit {status}")
        return subprocess.run([ROOT / "cmake/link-quietly", self.folder / "linker"], capture_output=True, text=True, timeout=60)

    def test_leaves_out_the_two_warnings_that_are_understood(self):
        ended = self.link("ld: a.o: in function `look_up':\n(.text+0x1): warning: Using 'getaddrinfo' in statically linked applications requires ...\n"
                          "(.text+0x2): warning: Using 'dlopen' in statically linked applications requires at runtime ...")
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))

    def test_shows_every_other_line(self):
        lines = ("ld: a.o: in function `one':\nld: b.o: in function `two':\na.cpp:1: undefined reference to `three'\n"
                 "ld: c.o: in function `four':\nwarning: Using 'gethostbyname' in statically linked applications requires ...\n")
        ended = self.link(lines.rstrip("\n"), status=1)
        self.assertEqual((ended.returncode, ended.stderr), (1, lines))


if __name__ == "__main__":
    unittest.main()
