// The official TypeScript SDK (v1) against a bridge over stdio_fixture.
//
//   node legacy_client.mjs URL session|shared
import {
    ListRootsRequestSchema,
    LoggingMessageNotificationSchema,
    ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';

import { connect } from './connect.mjs';
import { assert, check, eventually, finish, skip } from './tap.mjs';

const [url, isolation] = process.argv.slice(2);
if (!url || !['session', 'shared'].includes(isolation)) {
    console.error('usage: node legacy_client.mjs URL session|shared');
    process.exit(2);
}

const logs = [];
let listChanges = 0;
const roots = [{ uri: 'file:///interop', name: 'interop' }];

const { client, transport } = await connect(url, {
    capabilities: { roots: {} },
    prepare(client) {
        client.setNotificationHandler(LoggingMessageNotificationSchema, (message) => { logs.push(message.params.data); });
        client.setNotificationHandler(ToolListChangedNotificationSchema, () => { listChanges += 1; });
        client.setRequestHandler(ListRootsRequestSchema, () => ({ roots }));
    },
});

const call = (tool, args = {}, options = undefined, who = client) =>
    who.callTool({ name: tool, arguments: args }, undefined, options);
const received = async () => (await call('received')).structuredContent.received;

await check('initialize gives the server behind the bridge and a session id', () => {
    assert.equal(client.getServerVersion().name, 'stdio-fixture');
    assert.ok(transport.sessionId);
});

await check('ping is answered', () => client.ping());

await check('tools are listed', async () => {
    const { tools } = await client.listTools();
    assert.ok(tools.some((tool) => tool.name === 'echo'));
});

await check('a call carries its arguments there and its result back', async () => {
    const args = { text: 'grüße \u2028 "quoted"', list: [1, 2.5, null], nested: { deep: true } };
    const result = await call('echo', args);
    assert.deepEqual(result.structuredContent.params.arguments, args);
});

await check('a result of 1 MiB arrives whole', async () => {
    const result = await call('big', { bytes: 1 << 20 });
    assert.equal(result.content[0].text.length, 1 << 20);
});

await check('progress arrives in order, before the result', async () => {
    const seen = [];
    await call('progress', { count: 5, ms: 20 }, { onprogress: (progress) => seen.push(progress.progress) });
    assert.deepEqual(seen, [1, 2, 3, 4, 5]);
});

await check('a log message reaches the client whose call caused it', async () => {
    await call('log', { count: 2, text: 'line' });
    await eventually(() => logs.length === 2, 'two log messages');
    assert.deepEqual(logs, ['line 1', 'line 2']);
});

await check('an aborted call is cancelled at the server and the session goes on', async () => {
    const abort = new AbortController();
    const slow = call('slow', { ms: 15_000, mark: 'to-be-cancelled' }, { signal: abort.signal });
    slow.catch(() => {});
    const line = await eventually(
        async () => (await received()).find((message) => message.params?.arguments?.mark === 'to-be-cancelled'),
        'the slow call at the server');
    abort.abort('changed my mind');
    await assert.rejects(slow);
    await eventually(
        async () => (await received()).some((message) =>
            message.method === 'notifications/cancelled' && message.params.requestId === line.id),
        'the cancellation, with the id under which the server knows the call');
    await client.ping();
});

await check('an unknown tool gives the server\'s own error', async () => {
    await assert.rejects(call('no_such_tool'), (error) => error.code === -32602 && /no_such_tool/.test(error.message));
});

await check('a request of the server is answered: by the client, or by the bridge where no client is meant', async () => {
    const { answer } = (await call('ask', { method: 'roots/list' })).structuredContent;
    if (isolation === 'session') assert.deepEqual(answer.result, { roots });
    else assert.equal(answer.error.code, -32601);
});

const withoutCall = 'a notification without a call reaches the client\'s stream';
const get = await fetch(url, { headers: { Accept: 'text/event-stream', 'Mcp-Session-Id': transport.sessionId } });
await get.body?.cancel();
if (get.status === 405) {
    skip(withoutCall, 'the bridge answers GET with 405; runs as soon as it offers the GET stream');
} else {
    await check(withoutCall, async () => {
        const before = listChanges;
        await call('notify', { method: 'notifications/tools/list_changed', after_answer: true });
        await eventually(() => listChanges > before, 'tools/list_changed');
    });
}

await check('two clients with the same ids and progress tokens never get each other\'s', async () => {
    const both = await Promise.all([connect(url), connect(url)]);
    await Promise.all(both.map(async ({ client: one }, which) => {
        const calls = [];
        for (let i = 0; i < 50; i += 1) {
            const text = `client ${which} call ${i}`;
            calls.push(call('slow', { ms: (i * 7) % 20, echo: true, text }, undefined, one).then((result) => {
                assert.equal(JSON.parse(result.content[0].text).arguments.text, text);
            }));
            const seen = [];
            const count = 1 + which;
            // Not how many: the SDK drops progress that it reads in one piece with the result.
            calls.push(call('progress', { count, ms: 5 }, { onprogress: (progress) => seen.push(progress.total) }, one)
                .then(() => assert.ok(seen.every((total) => total === count), `${count}: ${seen}`)));
        }
        await Promise.all(calls);
    }));
    await Promise.all(both.map(({ transport: one }) => one.terminateSession()));
    await Promise.all(both.map(({ client: one }) => one.close()));
});

await check('a terminated session is gone', async () => {
    const gone = transport.sessionId;
    await transport.terminateSession();
    const response = await fetch(url, {
        method: 'POST',
        headers: {
            'Content-Type': 'application/json',
            Accept: 'application/json, text/event-stream',
            'Mcp-Session-Id': gone,
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
    });
    assert.equal(response.status, 404);
});

finish();
