// mcp-remote, which is a stdio server for its client and a client of 2026-07-28 for the bridge. Its client is the TypeScript SDK of the
// package alias, which speaks older revisions only.
//
//   node remote.mjs ALIAS PLAN
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { generation1 } from './generation_1.mjs';
import { run } from './checks.mjs';

const [alias, planFile] = process.argv.slice(2);
const { StdioClientTransport } = await import(`${alias}/client/stdio.js`);
const { url, control } = JSON.parse(readFileSync(planFile, 'utf8')).wire;
const program = fileURLToPath(new URL('../node_modules/mcp-remote/dist/proxy.js', import.meta.url));

const sdk = await generation1(alias, () => new StdioClientTransport({
    command: process.execPath,
    args: [program, url, '--protocol', 'auto', '--transport', 'http-only', '--allow-http'],
    env: process.env,
    stderr: 'ignore',
}));
await run(planFile, {
    ...sdk,
    calls: 'legacy',
    era: async () => ((await (await fetch(`${control}/state`)).json()).isModern ? 'modern' : 'legacy'),
});
