// The capability of a client to show apps (io.modelcontextprotocol/ui) reaches the server and decides which tools it lists.
//
//   node client.mjs URL      a bridge before server.mjs
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { EXTENSION_ID, RESOURCE_MIME_TYPE } from '@modelcontextprotocol/ext-apps/server';

import { assert, check, finish } from '../../tap.mjs';

const url = new URL(process.argv[2]);
const info = { name: 'interop', version: '1.0.0' };
const apps = (mimeType) => ({ [EXTENSION_ID]: { mimeTypes: [mimeType] } });

async function generation1(name, capabilities) {
    const { Client } = await import(`${name}/client/index.js`);
    const { StreamableHTTPClientTransport } = await import(`${name}/client/streamableHttp.js`);
    const client = new Client(info, { capabilities });
    await client.connect(new StreamableHTTPClientTransport(url));
    return client;
}

async function generation2(mode, era, capabilities) {
    const client = new ModernClient(info, { capabilities, versionNegotiation: mode && { mode } });
    await client.connect(new ModernTransport(url));
    assert.equal(client.getProtocolEra(), era);
    return client;
}

// By the way in which a client declares what it can: `extensions` are younger than the oldest of these SDKs.
const clients = {
    'TypeScript SDK 1.12, under experimental': (ui) => generation1('sdk-1.12', { experimental: ui }),
    'TypeScript SDK 1.32': (ui) => generation1('sdk-1.32', { extensions: ui }),
    'TypeScript SDK 2.4, by initialize': (ui) => generation2(undefined, 'legacy', { extensions: ui }),
    'TypeScript SDK 2.4, auto': (ui) => generation2('auto', 'modern', { extensions: ui }),
    'TypeScript SDK 2.4, pinned to 2026-07-28': (ui) => generation2({ pin: '2026-07-28' }, 'modern', { extensions: ui }),
};

const namesOf = async (client) => (await client.listTools()).tools.map(({ name }) => name);

for (const [title, connect] of Object.entries(clients)) {
    await check(`${title}: a client that shows apps gets the tools that have one, and another one at the same time does not`, async () => {
        const [able, plain] = await Promise.all([connect(apps(RESOURCE_MIME_TYPE)), connect({})]);
        assert.deepEqual(await namesOf(plain), ['tell-time']);
        const { tools } = await able.listTools();
        assert.deepEqual(tools.map(({ name }) => name), ['tell-time', 'show-clock']);
        const { contents } = await able.readResource({ uri: tools[1]._meta.ui.resourceUri });
        assert.equal(contents[0].mimeType, RESOURCE_MIME_TYPE);
        assert.equal((await able.callTool({ name: 'show-clock' })).content[0].text, 'show-clock at noon');
        await Promise.all([able.close(), plain.close()]);
    });
}

await check('what the capability says reaches the server, too', async () => {
    const connect = Object.values(clients).at(-1);
    assert.deepEqual(await namesOf(await connect(apps('text/plain'))), ['tell-time']);
});

finish();
