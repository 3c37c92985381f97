// Checks what recorders have written, and prints TAP: a result for each file.
//
//   check.mjs FILE...      the name of a file is the name of its result
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

import { Traffic } from './traffic.mjs';

let number = 0;
let failed = 0;
for (const file of process.argv.slice(2)) {
    const { count, faults } = Traffic.from(JSON.parse(readFileSync(file, 'utf8'))).check();
    const isGood = count > 0 && faults.length === 0;
    number += 1;
    failed += isGood ? 0 : 1;
    console.log(`${isGood ? 'ok' : 'not ok'} ${number} - ${basename(file)}: ${count} messages of the bridge fit the schema of their revision`);
    for (const fault of faults) console.log(`  ${fault.replaceAll('\n', '\n  ')}`);
}
process.exit(failed === 0 ? 0 : 1);
