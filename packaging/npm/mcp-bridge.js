#!/usr/bin/env node
// Runs the program of the package for this platform, with the arguments, the signals and the exit code of this process.
'use strict';

const { spawn } = require('node:child_process');
const { constants } = require('node:os');
const { accessSync, constants: modes, chmodSync } = require('node:fs');

const platforms = require('../platforms.json');

function findProgram() {
  const name = platforms[`${process.platform}-${process.arch}`];
  if (!name) {
    throw new Error(
      `this release of mcp-bridge runs on ${Object.keys(platforms).join(' and ')}, and this is ${process.platform}-${process.arch}. ` +
        'On Windows it runs in WSL, and elsewhere in a container or a virtual machine.',
    );
  }
  let path;
  try {
    path = require.resolve(`${name}/bin/mcp-bridge`);
  } catch {
    throw new Error(
      `the package ${name} is missing, which holds the program for this platform. npm installs it unless optional ` +
        'dependencies are turned off (--omit=optional, --no-optional). Install mcp-bridge again without that.',
    );
  }
  try {
    accessSync(path, modes.X_OK);
  } catch {
    // Some tools that unpack packages lose the modes of files.
    chmodSync(path, 0o755);
  }
  return path;
}

// npx and `npm run` put a shell between themselves and this process. They pass signals on to that shell alone, which ends without a word.
const parent = process.env.npm_lifecycle_event === undefined ? 0 : process.ppid;

function stopAfterParent(child) {
  if (parent === 0) return;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    child.kill('SIGTERM');
  }, 250);
}

// Older versions of Node.js cannot become another program, so this process stays and passes signals on.
function runBeside(program, args) {
  // Before the bridge can be reached: a signal that comes just then would end this process at once. It is handled when this function has ended.
  let child;
  const passed = new Map();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2']) {
    process.on(signal, () => {
      // npm passes on what the terminal has sent to all processes already.
      const now = Date.now();
      if (now - (passed.get(signal) || 0) < 500) return;
      passed.set(signal, now);
      child.kill(signal);
    });
  }
  // In a group of its own, the bridge gets the signals of a terminal only from here. Otherwise it would get Ctrl-C twice, and the
  // second one makes it stop at once.
  child = spawn(program, args, { stdio: 'inherit', detached: true });
  // If this process is killed, its end of the pipe closes, and this shell tells the bridge to stop in order. The system can send such a signal
  // itself (PR_SET_PDEATHSIG), but it sends one for each thread of this process.
  const guard = spawn('/bin/sh', ['-c', 'read -r _; kill -TERM "$0"', String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.on('error', () => {});
  stopAfterParent(child);
  child.on('error', (error) => {
    guard.kill('SIGKILL');
    console.error(`mcp-bridge: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    guard.kill('SIGKILL');
    process.exit(signal ? 128 + constants.signals[signal] : code);
  });
}

try {
  const program = findProgram();
  const args = process.argv.slice(2);
  if (typeof process.execve === 'function' && parent === 0) {
    process.execve(program, ['mcp-bridge', ...args], process.env);
  } else {
    runBeside(program, args);
  }
} catch (error) {
  console.error(`mcp-bridge: ${error.message}`);
  process.exit(1);
}
