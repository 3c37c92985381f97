// Every client against every server in every variant, as clients.json, servers.json and variants.json describe them.
//
//   node matrix.mjs [--bridge FILE] [--table FILE]... [--variant NAME]... [--client NAME]... [--server NAME]... [--jobs N]
//
// All variants, clients and servers when none is named. tests/interop/run installs what this needs: npm's packages beside
// this file, two Python environments in build/interop. Prints TAP; exit code 1 if any failed.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { missing } from './bridge.mjs';
import { servePage } from './page.mjs';
import { runPair } from './pair.mjs';
import { fill } from './place.mjs';
import { page as tablePage } from './table.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..', '..');
const modules = join(here, 'node_modules');
const read = (name) => JSON.parse(readFileSync(join(here, name), 'utf8'));

const { values: options } = parseArgs({
    options: {
        bridge: { type: 'string', default: join(root, 'bin', 'mcp-bridge') },
        table: { type: 'string', multiple: true, default: [] },
        variant: { type: 'string', multiple: true },
        client: { type: 'string', multiple: true },
        server: { type: 'string', multiple: true },
        jobs: { type: 'string', default: String(availableParallelism() + 1) },
    },
});

const [variants, clients, servers] = ['variants.json', 'clients.json', 'servers.json'].map(read);
for (const server of Object.values(servers)) server.version = versionOf(server.package, 'servers.txt');
for (const client of Object.values(clients)) client.version = versionOf(client.installed, 'clients.txt');

/** The version that is installed, if one is: npm's folder says it, or the pinned list for Python. */
function versionOf(name, list) {
    const file = join(modules, name, 'package.json');
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')).version.replace(/^v/, '');
    const pinned = readFileSync(join(here, 'python', list), 'utf8');
    return pinned.split('\n').find((line) => line.startsWith(`${name}==`))?.split('==')[1];
}

/** All pairs that were asked for. */
function pairs() {
    const wanted = (kind, name) => !options[kind] || options[kind].includes(name);
    const all = [];
    for (const [variant, { clients: only = Object.keys(clients), servers: alone = Object.keys(servers) }] of Object.entries(variants)) {
        for (const server of alone) for (const client of only) all.push({ variant, client, server });
    }
    return all.filter((pair) => ['variant', 'client', 'server'].every((kind) => wanted(kind, pair[kind])));
}

const work = mkdtempSync(join(tmpdir(), 'interop-matrix-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
const web = await servePage();
const names = {
    modules,
    python: join(root, 'build', 'interop', 'servers', 'bin'),
    client_python: join(root, 'build', 'interop', 'clients', 'bin'),
    page: web.url,
};
const setting = { bridge: options.bridge, here, work, names, limitMs: 120_000 };

// Programs that come in packages are made executable by install scripts, which are not run.
for (const { command: [program] } of Object.values(servers)) {
    const file = fill(program, { ...names, dir: '', key: '' });
    if (file.startsWith(modules) && existsSync(file)) chmodSync(file, 0o755);
}

const help = execFileSync(options.bridge, ['--help'], { encoding: 'utf8' });
const version = execFileSync(options.bridge, ['--version'], { encoding: 'utf8' }).trim();
const lacking = await missing(options.bridge, fill(servers['sequential-thinking'].command, names), help);

const done = [];
const stops = [];
let number = 0;
let failed = 0;

function report(pair, { results, log }) {
    for (const { check, state, note } of results) {
        number += 1;
        const name = `${pair.client} with ${pair.server} (${pair.variant}): ${check}`;
        console.log(`${state === 'failed' ? 'not ok' : 'ok'} ${number} - ${name}${state === 'skipped' ? ` # SKIP ${note}` : ''}`);
        if (state === 'failed') console.log(`  ${note.trim().replaceAll('\n', '\n  ')}`);
    }
    const bad = results.filter((result) => result.state === 'failed').length;
    failed += bad;
    if (bad) console.log(`# log of the bridge:\n${log.trim().split('\n').slice(-40).map((line) => `#   ${line}`).join('\n')}`);
}

async function worker(queue) {
    for (let pair = queue.shift(); pair; pair = queue.shift()) {
        const server = servers[pair.server];
        const key = `${pair.variant}-${pair.client}-${pair.server}`;
        let outcome;
        if (server.version === undefined) {
            outcome = { results: [{ check: 'initialize', state: 'skipped', note: `${server.package} has no program for this machine` }] };
        } else {
            outcome = await runPair({
                variant: variants[pair.variant], client: clients[pair.client], server, serverName: pair.server, key, lacking, setting,
                later: (stop) => stops.push(stop),
            });
        }
        report(pair, outcome);
        done.push({ ...pair, results: outcome.results });
    }
}

try {
    const queue = pairs();
    await Promise.all(Array.from({ length: Number(options.jobs) }, () => worker(queue)));
    await Promise.all(stops);
} finally {
    web.close();
}
console.log(`1..${number}`);
for (const file of options.table) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, tablePage(done, {
        variants, clients, servers, version, checks: read('checks.json'), command: 'tests/interop/run --table FILE matrix',
    }));
}
process.exit(failed === 0 ? 0 : 1);
