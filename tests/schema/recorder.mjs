// A wire to the bridge for tests that are no programs of Node.js.
//
//   recorder.mjs URL FILE      prints the URL of the near end. At SIGTERM it writes what has passed to FILE, which check.mjs reads
import { writeFileSync } from 'node:fs';

import { openWire } from './wire.mjs';

const [, , target, file] = process.argv;
const wire = await openWire(target);

process.on('SIGTERM', () => {
    writeFileSync(file, JSON.stringify(wire.traffic));
    wire.close();
    process.exit(0);
});
console.log(wire.url);
