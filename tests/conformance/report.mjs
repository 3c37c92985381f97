// Judges what a run of the suite has left in a folder, and prints TAP.
//
//   report.mjs FOLDER EXPECTED SCENARIO      EXPECTED: how many scenarios ran, SCENARIO: only this one, or -NAME,NAME for all but these
//
// The suite passes a scenario in which no check failed, even when none succeeded: it gives up early on a server that lacks what
// it asks for. Here a scenario needs a check of its own that succeeded, and those of `mustSucceed` where they are named.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const mustSucceed = {
    'server-sse-polling': ['server-sse-priming-event', 'server-sse-retry-field', 'server-sse-disconnect-resume'],
};
// Said of every message, so of a scenario that only connected too.
const generalCheck = 'wire-schema-valid';

const [folder, expected, wanted] = process.argv.slice(2);

/** Scenarios in the order they ran; one that threw has left no checks. */
function results() {
    return readdirSync(folder)
        .map((entry) => /^server-(.+)-(\d{4}-\d\d-\d\dT[\d-]+Z)$/.exec(entry))
        .filter((match) => match && existsSync(join(folder, match[0], 'checks.json')))
        .sort((one, other) => one[2].localeCompare(other[2]))
        .map(([entry, name]) => ({ name, checks: JSON.parse(readFileSync(join(folder, entry, 'checks.json'), 'utf8')) }));
}

function judge({ name, checks }) {
    const succeeded = checks.filter(({ status, id }) => status === 'SUCCESS' && id !== generalCheck).map(({ id }) => id);
    const problems = (mustSucceed[name] ?? []).filter((id) => !succeeded.includes(id)).map((id) => `${id} did not succeed`);
    if (succeeded.length === 0) problems.push('vacuous: no check succeeded');
    if (checks.some(({ status }) => status === 'FAILURE')) problems.push('a check failed');
    const remarks = checks
        .filter(({ status }) => ['FAILURE', 'WARNING', 'SKIPPED'].includes(status))
        .map(({ status, id, errorMessage, details }) => `${status} ${id}: ${errorMessage ?? details?.message ?? ''}`);
    return { problems, remarks };
}

let count = 0;
function print(good, promise, lines) {
    count += 1;
    console.log(`${good ? 'ok' : 'not ok'} ${count} - ${promise}`);
    for (const line of lines) console.log(`  ${line.replaceAll(/\s+/g, ' ')}`);
}

const excluded = wanted.startsWith('-') ? wanted.slice(1).split(',') : [];
const ran = results();
for (const scenario of ran) {
    if (excluded.length > 0 ? excluded.includes(scenario.name) : scenario.name !== wanted) continue;
    const { problems, remarks } = judge(scenario);
    print(problems.length === 0, scenario.name, [...problems, ...remarks]);
}
if (ran.length !== Number(expected)) {
    const errors = readFileSync(join(folder, 'errors'), 'utf8').trimEnd().split('\n').slice(-20);
    print(false, `${expected} scenarios were to leave results, ${ran.length} did`, errors);
}
console.log(`1..${count}`);
