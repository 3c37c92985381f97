// The JSON files of the matrix fit together, and a missing toolchain is named with what to do.
//
//   node consistency_test.mjs
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { assert, check, finish } from '../tap.mjs';
import { lack, toolchains } from './toolchains.mjs';
import { versionOf } from './versions.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const [variants, clients, servers, checks] = ['variants', 'clients', 'servers', 'checks']
    .map((name) => JSON.parse(readFileSync(join(here, `${name}.json`), 'utf8')));
const optional = Object.keys(JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')).optionalDependencies);

function allAre(names, known, what) {
    for (const name of names ?? []) assert.ok(name in known, `${what} names ${name}, which is not there`);
}

await check('variants and usual partners name clients, servers and checks that exist', () => {
    for (const [name, variant] of Object.entries(variants)) {
        allAre(variant.clients, clients, name);
        allAre(variant.servers, servers, name);
        allAre(variant.checks, checks, name);
        allAre(Object.keys(variant.usual ?? {}), clients, name);
        allAre(Object.values(variant.usual ?? {}).flat(), servers, name);
    }
    for (const [name, { usual }] of Object.entries(clients)) allAre(usual, servers, name);
    for (const [name, { usual }] of Object.entries(servers)) allAre(usual, clients, name);
});

await check('what a client or server lacks is a check, with a server that exists', () => {
    for (const { lacks = {} } of [...Object.values(clients), ...Object.values(servers)]) {
        for (const lacking of Object.keys(lacks)) {
            const [one, server] = lacking.replace(/ (over (http|sse)|in the modern era)$/, '').split('@');
            assert.ok(one in checks, lacking);
            if (server) assert.ok(server in servers, lacking);
        }
    }
});

await check('every client and server has a pinned version', () => {
    for (const [name, entry] of [...Object.entries(clients), ...Object.entries(servers)]) {
        if (optional.includes(entry.package)) continue;
        assert.match(versionOf(entry) ?? '', /^\d+\.\d+/, `${name}: no version of ${entry.package}`);
    }
});

await check('every client and server meets somebody in CI', () => {
    for (const [name, { usual = Object.keys(servers) }] of Object.entries(clients)) {
        const own = Object.values(variants).flatMap((variant) => variant.usual?.[name] ?? []);
        assert.ok(own.length || usual.some((server) => servers[server].usual?.includes(name) ?? true), `${name} meets no server`);
    }
    for (const [name, { usual = Object.keys(clients) }] of Object.entries(servers)) {
        const own = Object.values(variants).filter((variant) => Object.values(variant.usual ?? {}).flat().includes(name));
        assert.ok(own.length || usual.some((client) => clients[client].usual?.includes(name) ?? true), `${name} meets no client`);
    }
});

await check('a toolchain that is missing, too old or broken is named, with the version that is needed', () => {
    const toolchain = (version, least) => ({ ...toolchains.go, folder: '.', version, least });
    assert.match(lack(toolchain(['no-such-program', 'version'], [1, 25])), /^no-such-program is not installed; install Go 1\.25 or later/);
    assert.match(lack(toolchain(['node', '--version'], [999, 0])), /^node is of version \d+\.\d+; install Go 999\.0 or later/);
    assert.match(lack(toolchain(['false', 'version'], [1, 25])), /^false version says no version; install Go 1\.25 or later/);
    assert.equal(lack(toolchain(['node', '--version'], [1, 0])), undefined);
});

finish();
