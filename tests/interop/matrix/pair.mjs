// One client against one server in one variant: a bridge of their own, the client's program, its results.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { knowsServer, startBridge } from './bridge.mjs';
import { fill, prepare } from './place.mjs';
import { start } from './processes.mjs';
import { openWire } from './wire.mjs';

// A check that cannot run on every server names the part of its description that it needs; the others run always.
const always = ['initialize', 'ping', 'tools', 'terminate'];
const needs = (check) => (check === 'cut' ? 'resume' : check);

// Checks that need what a bridge may not have yet.
const waitFor = { unasked: 'stream', updates: 'stream' };

/** Why the client or the server cannot pass a check. It may lack it with one server only, or over one transport, or in the modern era. */
function lackOf(check, client, server, serverName, way) {
    const keys = [check, `${check}@${serverName}`].flatMap((key) => [key, `${key} ${way}`]);
    return [server, client].flatMap(({ lacks }) => keys.map((key) => lacks?.[key])).find(Boolean);
}

/** The checks of a pair: those to run, and those left out, each with its reason. */
function choose(variant, client, server, serverName, lacking) {
    const offered = variant.checks.filter((check) => always.includes(check) || server[needs(check)] !== undefined);
    const way = variant.era === 'modern' ? 'in the modern era' : `over ${variant.kind ?? 'http'}`;
    const reasons = {};
    for (const check of offered) {
        // Without a session there is nothing to check.
        const why = lacking[variant.needs] ?? lackOf('initialize', client, server, serverName, way)
            ?? lackOf(check, client, server, serverName, way) ?? (way === 'over sse' ? undefined : lacking[waitFor[check]]);
        if (why) reasons[check] = why;
    }
    return { run: offered.filter((check) => !reasons[check]), reasons };
}

/**
 * Runs what is to be run. Gives a result for each check, `{ check, state, note }`, and the bridge's log. The bridge is
 * stopped in the background: `later` gets the promise.
 */
export async function runPair({ variant, client, server, serverName, key, lacking, setting, later }) {
    const { run, reasons } = choose(variant, client, server, serverName, lacking);
    const left = Object.entries(reasons).map(([check, note]) => ({ check, state: 'skipped', note }));
    if (run.length === 0) return { results: left, log: '' };

    const folder = join(setting.work, key, 'server');
    const names = { ...setting.names, dir: folder, root: pathToFileURL(folder).href, key };
    const filled = fill(server, names);
    prepare(filled, folder);
    const environment = Object.entries({ HOME: folder, ...filled.environment }).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    const { era = 'legacy', endpoint = '/mcp' } = variant;
    let bridge;
    try {
        // A client that asks `server/discover` first has to be refused, or it would not speak the era of the variant.
        const eras = era === 'legacy' && client.discovers ? ['--eras', 'legacy'] : [];
        bridge = await startBridge(setting.bridge, [...variant.arguments, ...eras, '--cwd', folder, ...environment, '--', ...filled.command]);
        if (era === 'modern') await knowsServer(bridge.origin + endpoint);
    } catch (error) {
        await bridge?.stop();
        return { results: [{ check: run[0], state: 'failed', note: error.message }, ...left], log: '' };
    }
    const wire = await openWire(bridge.origin + endpoint);
    try {
        const plan = {
            url: wire.url,
            wire: { url: wire.url, control: wire.control },
            kind: variant.kind ?? 'http',
            era,
            root: names.root,
            checks: run,
            server: filled,
        };
        const file = join(setting.work, key, 'plan.json');
        writeFileSync(file, JSON.stringify(plan, null, 2));
        const output = await runClient(fill(client.program, setting.names), file, setting);
        return { results: [...resultsOf(output, run), ...schemaFaults(wire.traffic, server), ...left], log: bridge.log() };
    } finally {
        wire.close();
        later(bridge.stop());
    }
}

/** Runs a client's program to its end, or to the limit of time. */
function runClient([program, ...args], planFile, { here, limitMs }) {
    return new Promise((resolve) => {
        const child = start(program, [...args, planFile], { cwd: here, stdio: ['ignore', 'pipe', 'pipe'] });
        const output = { out: '', errors: '', end: '' };
        const timer = setTimeout(() => { output.end = `not done within ${limitMs / 1000} s`; child.kill('SIGKILL'); }, limitMs);
        child.stdout.setEncoding('utf8').on('data', (text) => { output.out += text; });
        child.stderr.setEncoding('utf8').on('data', (text) => { output.errors = (output.errors + text).slice(-4_000); });
        child.on('error', (error) => { clearTimeout(timer); resolve({ ...output, end: String(error) }); });
        child.on('close', (status, signal) => {
            clearTimeout(timer);
            resolve({ ...output, end: output.end || `ended with ${status ?? signal}` });
        });
    });
}

/**
 * A result only if a message of the bridge does not fit its schema. What a server itself writes passes unchanged to clients of its era, so its
 * description names its own mistakes.
 */
function schemaFaults(traffic, { mistakes = {} }) {
    const { count, faults: all } = traffic.check();
    const faults = all.filter((fault) => !Object.keys(mistakes).some((mistake) => fault.includes(mistake)));
    if (count === 0) return [{ check: 'schema', state: 'failed', note: 'the wire has seen no message of the bridge' }];
    return faults.length ? [{ check: 'schema', state: 'failed', note: faults.join('\n') }] : [];
}

/** Reads the TAP of a client. What it was to check and did not is a failure. */
function resultsOf({ out, errors, end }, run) {
    const results = [];
    for (const line of out.split('\n')) {
        const [, bad, check] = /^(not )?ok \d+ - (\w+)$/.exec(line) ?? [];
        if (check) results.push({ check, state: bad ? 'failed' : 'passed', note: '' });
        else if (line.startsWith('  ') && results.at(-1)?.state === 'failed') results.at(-1).note += `${line.slice(2)}\n`;
    }
    const unseen = run.filter((check) => !results.some((result) => result.check === check));
    for (const check of unseen) results.push({ check, state: 'failed', note: `not run: the client ${end}\n${errors}` });
    return results;
}
