// The processes that a run has started: whatever ends the run ends them too, each by its own id.
import { spawn } from 'node:child_process';

const running = new Set();

/** spawn(), remembered until the process has ended. */
export function start(program, args, options) {
    const child = spawn(program, args, options);
    running.add(child);
    child.on('error', () => running.delete(child));
    child.on('exit', () => running.delete(child));
    return child;
}

function endAll() {
    for (const child of running) child.kill('SIGTERM');
}

process.on('exit', endAll);
for (const [signal, status] of [['SIGINT', 130], ['SIGTERM', 143]]) process.on(signal, () => process.exit(status));
