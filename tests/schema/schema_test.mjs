// The checks accept what is right, and reject each message that is wrong.
//
//   node schema_test.mjs
import { assert, check, finish } from '../interop/tap.mjs';
import { Traffic } from './traffic.mjs';

const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
const modernCall = (method, params = {}, id = 1) => ({ jsonrpc: '2.0', id, method, params: { ...params, _meta: meta } });
const complete = (members) => ({ resultType: 'complete', ...members });
const cached = (members) => complete({ ttlMs: 0, cacheScope: 'private', ...members });
const result = (members, id = 1) => ({ jsonrpc: '2.0', id, result: members });
const tool = { name: 'echo', inputSchema: { type: 'object' } };

const post = (body, headers = '') => `POST /mcp HTTP/1.1\r\nHost: x\r\n${headers}Content-Length: ${Buffer.byteLength(JSON.stringify(body))}\r\n\r\n${JSON.stringify(body)}`;
const json = (body, headers = '', status = '200 OK') => {
    const text = JSON.stringify(body);
    return `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\n${headers}Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
};
const chunk = (text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const stream = (messages, { id, isBroken = false } = {}) => {
    const events = messages.map((message) => chunk(`${id ? `id: ${id}\n` : ''}event: message\ndata: ${JSON.stringify(message)}\n\n`));
    return `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n${chunk(': stream\n')}${events.join('')}${isBroken ? '' : '0\r\n\r\n'}`;
};

/** What is wrong with the connections, each `[[request, reply]...]`. */
function faultsOf(...connections) {
    const traffic = new Traffic();
    for (const exchanges of connections) {
        const bytes = traffic.connection();
        for (const [request, reply] of exchanges) {
            bytes.sent(Buffer.from(request));
            for (const byte of Buffer.from(reply)) bytes.received(Buffer.from([byte]));
        }
    }
    assert.deepEqual(Traffic.from(JSON.parse(JSON.stringify(traffic))).check(), traffic.check());
    return traffic.check();
}

function accepts(count, ...connections) {
    assert.deepEqual(faultsOf(...connections), { count, faults: [] });
}

function rejects(fault, ...connections) {
    const { faults } = faultsOf(...connections);
    assert.equal(faults.length, 1, faults.join('\n'));
    assert.match(faults[0], fault);
}

const initialize = { jsonrpc: '2.0', id: 0, method: 'initialize', params: {} };
const opened = (protocolVersion) => result({ protocolVersion, capabilities: {}, serverInfo: { name: 's', version: '1' } }, 0);
const session = 'Mcp-Session-Id: s1\r\n';
const opening = (revision) => [post(initialize), json(opened(revision), session)];
const call = (method, id = 2) => post({ jsonrpc: '2.0', id, method, params: {} }, session);

await check('a result of 2026-07-28 needs its type, and lists need their cache hints', () => {
    accepts(1, [[post(modernCall('tools/list')), json(result(cached({ tools: [tool] })))]]);
    rejects(/tools\/list: .*resultType/, [[post(modernCall('tools/list')), json(result({ ttlMs: 0, cacheScope: 'private', tools: [tool] }))]]);
    rejects(/ttlMs/, [[post(modernCall('tools/list')), json(result(complete({ cacheScope: 'private', tools: [tool] })))]]);
});

await check('input_required is checked by its own schema', () => {
    const asked = (inputRequests) => [[post(modernCall('tools/call', { name: 'x' })), json(result({ resultType: 'input_required', inputRequests, requestState: 's' }))]];
    accepts(1, asked({ q1: { method: 'roots/list' } }));
    rejects(/InputRequiredResult/, asked({ q1: { method: 'ping' } }));
});

await check('tasks are checked by the schema of their extension', () => {
    const task = { taskId: 't', createdAt: 'now', lastUpdatedAt: 'now', ttlMs: 1000 };
    const handle = (members) => [[post(modernCall('tools/call', { name: 'x' })), json(result({ resultType: 'task', ...task, ...members }))]];
    accepts(1, handle({ status: 'working' }));
    rejects(/CreateTaskResult/, handle({}));
    const state = (members) => [[post(modernCall('tasks/get', { taskId: 't' })), json(result(complete({ ...task, ...members })))]];
    accepts(1, state({ status: 'completed', result: {} }));
    rejects(/GetTaskResult/, state({ status: 'completed' }));
    const ended = (params) => [[post(modernCall('subscriptions/listen', { notifications: {} })), stream([
        { jsonrpc: '2.0', method: 'notifications/tasks', params: { ...params, _meta: { 'io.modelcontextprotocol/subscriptionId': 1 } } }], { isBroken: true })]];
    accepts(1, ended({ ...task, status: 'cancelled' }));
    rejects(/TaskStatusNotification/, ended({ status: 'cancelled' }));
});

await check('a stream of 2026-07-28 carries no ids of events, and no requests', () => {
    const progress = { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } };
    const done = result(complete({ content: [] }));
    const reply = (messages, options) => [[post(modernCall('tools/call', { name: 'x' })), stream(messages, options)]];
    accepts(2, reply([progress, done]));
    accepts(1, reply([progress], { isBroken: true }));
    rejects(/an event has an id/, reply([done], { id: 7 }));
    rejects(/a request on a reply/, reply([{ jsonrpc: '2.0', id: 1, method: 'roots/list' }, done]));
    rejects(/progressToken/, reply([{ ...progress, params: { progress: 1 } }, done]));
});

await check('every message of a subscription names the subscription of its client', () => {
    const tagged = (id) => ({ jsonrpc: '2.0', method: 'notifications/tools/list_changed', params: { _meta: { 'io.modelcontextprotocol/subscriptionId': id } } });
    const listen = (id) => [[post(modernCall('subscriptions/listen', { notifications: {} }, 'listen:0')), stream([tagged(id)], { isBroken: true })]];
    accepts(1, listen('listen:0'));
    rejects(/the subscription is 4/, listen(4));
});

await check('the errors of 2026-07-28 have their data', () => {
    const error = (data) => [[post(modernCall('tools/list')), json({ jsonrpc: '2.0', id: 1, error: { code: -32022, message: 'no', ...data } }, '', '400 Bad Request')]];
    accepts(1, error({ data: { supported: ['2026-07-28'], requested: '2027-01-01' } }));
    rejects(/UnsupportedProtocolVersionError/, error({}));
});

await check('the older revisions are told apart by what initialize agreed on', () => {
    const audio = { content: [{ type: 'audio', data: '', mimeType: 'audio/wav' }] };
    const calls = (revision) => [opening(revision), [call('tools/call'), json(result(audio, 2))]];
    accepts(2, calls('2025-11-25'));
    rejects(/2024-11-05, tools\/call: CallToolResult/, calls('2024-11-05'));
});

await check('an empty result of the older revisions is empty', () => {
    accepts(2, [opening('2025-11-25'), [call('ping'), json(result({}, 2))]]);
    rejects(/EmptyResult: has resultType/, [opening('2025-11-25'), [call('ping'), json(result(complete({}), 2))]]);
});

await check('an answer on another stream of the session is checked by its request', () => {
    const get = `GET /mcp HTTP/1.1\r\nHost: x\r\n${session}Last-Event-ID: 1\r\n\r\n`;
    const broken = [[call('tools/list'), stream([], { isBroken: true })]];
    accepts(2, [opening('2025-11-25')], broken, [[get, stream([result({ tools: [tool] }, 2)], { id: 2 })]]);
    rejects(/ListToolsResult/, [opening('2025-11-25')], broken, [[get, stream([result({ tools: [{}] }, 2)], { id: 2 })]]);
    rejects(/the answer to no request/, [opening('2025-11-25')], [[get, stream([result({}, 9)])]]);
});

await check('the answers of HTTP+SSE are on the stream whose endpoint the requests go to', () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n';
    const events = (...messages) => messages.map((message) => chunk(`event: message\ndata: ${JSON.stringify(message)}\n\n`)).join('');
    const opening = ['GET /sse HTTP/1.1\r\nHost: x\r\n\r\n', (...messages) => (
        `${head}${chunk('event: endpoint\nid: s1\nretry: 500\ndata: messages?sessionId=s1\n\n')}${events(...messages)}`)];
    const sent = (message) => [post(message).replace('/mcp', '/messages?sessionId=s1'), 'HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n'];
    const posts = [sent(initialize), sent({ jsonrpc: '2.0', id: 2, method: 'tools/list' })];
    accepts(2, [[opening[0], opening[1](opened('2024-11-05'), result({ tools: [tool] }, 2))]], posts);
    rejects(/2024-11-05, tools\/list: ListToolsResult/, [[opening[0], opening[1](opened('2024-11-05'), result({}, 2))]], posts);
});

await check('requests and answers of several messages are checked one by one', () => {
    const two = [{ jsonrpc: '2.0', id: 2, method: 'ping' }, { jsonrpc: '2.0', id: 3, method: 'tools/list' }];
    accepts(3, [opening('2025-03-26'), [post(two, session), json([result({}, 2), result({ tools: [tool] }, 3)])]]);
    rejects(/ListToolsResult/, [opening('2025-03-26'), [post(two, session), json([result({}, 2), result({}, 3)])]]);
});

await check('what is no JSON is a fault, unless it broke off', () => {
    const reply = (length) => [[post(modernCall('tools/list')), `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n{"a`]];
    rejects(/no JSON object/, reply(3));
    accepts(0, reply(4));
});

finish();
