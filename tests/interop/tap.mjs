// A few lines of test runner: numbered TAP results, one promise per check, an end to every wait.
import assert from 'node:assert/strict';

export { assert };

let count = 0;
let failed = 0;

/** Runs one check and prints its result. A check never keeps the next one from running. */
export async function check(promise, body, limitMs = 20_000) {
    count += 1;
    let timer;
    const timeout = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`not done within ${limitMs} ms`)), limitMs);
    });
    try {
        await Promise.race([body(), timeout]);
        console.log(`ok ${count} - ${promise}`);
    } catch (error) {
        failed += 1;
        console.log(`not ok ${count} - ${promise}`);
        console.log(`  ${String(error.stack ?? error).replaceAll('\n', '\n  ')}`);
    } finally {
        clearTimeout(timer);
    }
}

/** Counts a check that was not run. `why` says what would enable it. */
export function skip(promise, why) {
    count += 1;
    console.log(`ok ${count} - ${promise} # SKIP ${why}`);
}

/** Waits until `condition` gives something true, and returns that. */
export async function eventually(condition, what, limitMs = 10_000) {
    const end = Date.now() + limitMs;
    while (true) {
        const value = await condition();
        if (value) return value;
        if (Date.now() > end) throw new Error(`${what}: not within ${limitMs} ms`);
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
}

/** Prints the plan and ends the process: what the SDK leaves open must not keep it alive. */
export function finish() {
    console.log(`1..${count}`);
    process.exit(failed === 0 ? 0 : 1);
}
