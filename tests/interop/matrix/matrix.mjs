// Every client against every server in every variant, as clients.json, servers.json and variants.json describe them.
//
//   node matrix.mjs [--all] [--bridge FILE] [--table FILE]... [--keep FILE] [--variant NAME]... [--client NAME]... [--server NAME]... [--jobs N]
//
// Without --all, and without a name of a client or server, an entry that has `usual` meets only the clients or servers that it
// lists there: CI has no time for more. A variant that has `usual` lists there the servers of each client instead. tests/interop/run installs what this needs: npm's packages beside this file, and the
// Python environments and compiled programs in build/interop. Prints TAP; exit code 1 if any failed. With --keep the results
// go to FILE as well, after each pair, and the table has also what earlier runs kept there: so the whole can run in parts.
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
import { lack, toolchains } from './toolchains.mjs';
import { versionOf } from './versions.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..', '..');
const modules = join(here, 'node_modules');
const read = (name) => JSON.parse(readFileSync(join(here, name), 'utf8'));

const { values: options } = parseArgs({
    options: {
        all: { type: 'boolean', default: false },
        bridge: { type: 'string', default: join(root, 'bin', 'mcp-bridge') },
        table: { type: 'string', multiple: true, default: [] },
        keep: { type: 'string' },
        variant: { type: 'string', multiple: true },
        client: { type: 'string', multiple: true },
        server: { type: 'string', multiple: true },
        jobs: { type: 'string', default: String(availableParallelism() + 1) },
    },
});

const [variants, clients, servers] = ['variants.json', 'clients.json', 'servers.json'].map(read);
for (const entry of [...Object.values(servers), ...Object.values(clients)]) entry.version = versionOf(entry);

/** All pairs that were asked for. */
function pairs() {
    const wanted = (kind, name) => !options[kind] || options[kind].includes(name);
    const all = [];
    for (const [variant, { clients: only = Object.keys(clients), servers: alone = Object.keys(servers) }] of Object.entries(variants)) {
        for (const server of alone) for (const client of only) all.push({ variant, client, server });
    }
    const meets = (entry, partner) => entry.usual?.includes(partner) ?? true;
    const isUsual = ({ variant, client, server }) => {
        const { usual } = variants[variant];
        return usual ? usual[client]?.includes(server) : meets(clients[client], server) && meets(servers[server], client);
    };
    const whole = options.all || options.client || options.server;
    return all.filter((pair) => (whole || isUsual(pair)) && ['variant', 'client', 'server'].every((kind) => wanted(kind, pair[kind])));
}

/** Why a pair cannot run on this machine, or undefined. */
function missingProgram(pair) {
    for (const entry of [clients[pair.client], servers[pair.server]]) {
        if (entry.version === undefined) return `${entry.package} has no program for this machine`;
        if (entry.toolchain && lacks[entry.toolchain]) return lacks[entry.toolchain];
    }
    return undefined;
}

const work = mkdtempSync(join(tmpdir(), 'interop-matrix-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
const web = await servePage();
const names = {
    here,
    modules,
    page: web.url,
};
for (const name of ['clients', 'servers', 'python_2']) names[name] = join(root, 'build', 'interop', name, 'bin');
for (const [name, { programs }] of Object.entries(toolchains)) names[name] = programs;
const setting = { bridge: options.bridge, here, work, names, limitMs: 120_000 };

// Programs that come in packages are made executable by install scripts, which are not run.
for (const { command: [program] } of Object.values(servers)) {
    const file = fill(program, { ...names, dir: '', key: '' });
    if (file.startsWith(modules) && existsSync(file)) chmodSync(file, 0o755);
}

const used = new Set(pairs().flatMap((pair) => [clients[pair.client].toolchain, servers[pair.server].toolchain]).filter(Boolean));
const lacks = Object.fromEntries([...used].map((name) => [name, lack(toolchains[name])]));

const help = execFileSync(options.bridge, ['--help'], { encoding: 'utf8' });
const version = execFileSync(options.bridge, ['--version'], { encoding: 'utf8' }).trim();
const lacking = await missing(options.bridge, fill(servers['sequential-thinking'].command, names), help);

const done = options.keep && existsSync(options.keep) ? JSON.parse(readFileSync(options.keep, 'utf8')) : [];
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

/** Puts the results of a pair in the place of earlier ones. */
function keep(one) {
    const old = done.findIndex((other) => ['variant', 'client', 'server'].every((kind) => one[kind] === other[kind]));
    done.splice(old < 0 ? done.length : old, old < 0 ? 0 : 1, one);
    if (options.keep) writeFileSync(options.keep, JSON.stringify(done));
}

async function worker(queue) {
    for (let pair = queue.shift(); pair; pair = queue.shift()) {
        const server = servers[pair.server];
        const key = `${pair.variant}-${pair.client}-${pair.server}`;
        let outcome;
        const why = missingProgram(pair);
        if (why) {
            outcome = { results: [{ check: 'initialize', state: 'skipped', note: why }] };
        } else {
            outcome = await runPair({
                variant: variants[pair.variant], client: clients[pair.client], server, serverName: pair.server, key, lacking, setting,
                later: (stop) => stops.push(stop),
            });
        }
        report(pair, outcome);
        keep({ ...pair, results: outcome.results });
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
        variants, clients, servers, version, checks: read('checks.json'), command: 'tests/interop/run --all --table FILE matrix',
    }));
}
process.exit(failed === 0 ? 0 : 1);
