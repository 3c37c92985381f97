// What is asked of every pair, for the clients in JavaScript. A plan says where the bridge is, what stands behind it (one
// entry of servers.json) and which of these checks are to run; the SDK's own ways come as an adapter:
//
//   connect(url, kind, capabilities, answers, notices)   a connected client and its transport
//   call(client, params, options)                        a tool call
//   knows(method)                                        whether the SDK knows this request of a server
//   era(client)                                          the era that the client speaks; an SDK without it speaks the legacy one
//   calls                                                the era whose calls the SDK has, if a program in between translates
//   listen(client, uri)                                  in the modern era: asks for the updates of a resource, and gives the way to end that
import { readFileSync } from 'node:fs';

import { assert, check, eventually, finish } from '../../tap.mjs';
import { listening, progressOf, upTo } from './progress.mjs';
import { cut, resume } from './resuming.mjs';

const textOf = (content) => [content].flat().map((part) => part.text ?? part.resource?.text ?? '').join('\n');

function includesAll(list, expected, what) {
    for (const one of expected ?? []) assert.ok(list.includes(one), `no ${one} among the ${what}: ${list}`);
}

function includesText(text, expected) {
    assert.ok(text.includes(expected), `no ${JSON.stringify(expected)} in ${JSON.stringify(text.slice(0, 500))}`);
}

const logLevel = 'io.modelcontextprotocol/logLevel';

/** Calls the tool of one entry of the description and gives the text of its result. */
async function callText(it, entry, options, more) {
    const result = await it.sdk.call(it.client, { name: entry.tool, arguments: entry.arguments, ...more }, options);
    assert.ok(!result.isError, JSON.stringify(result).slice(0, 500));
    return textOf(result.content);
}

const isModern = ({ plan, sdk }) => (sdk.calls ?? plan.era) === 'modern';

const checks = {
    async initialize(it) {
        await it.open();
        assert.equal(it.client.getServerVersion().name, it.server.name);
        assert.equal((await it.sdk.era?.(it.client)) ?? 'legacy', it.plan.era);
        if (it.plan.era === 'modern') assert.equal(it.transport.sessionId, undefined, 'a session id');
        else if (it.plan.kind !== 'sse') assert.ok(it.transport.sessionId, 'no session id');
    },

    async unasked(it) {
        await eventually(() => it.asked.includes(it.server.unasked), `${it.server.unasked} from the server`, 5_000);
    },

    ping: (it) => it.client.ping(),

    async tools(it) {
        const { tools } = await it.client.listTools();
        includesAll(tools.map((tool) => tool.name), it.server.tools, 'tools');
    },

    async resources(it) {
        const { resources } = await it.client.listResources();
        includesAll(resources.map((one) => one.uri), it.server.resources, 'resources');
        const { resourceTemplates } = await it.client.listResourceTemplates();
        includesAll(resourceTemplates.map((one) => one.uriTemplate), it.server.templates, 'templates');
    },

    async prompts(it) {
        const { prompts } = await it.client.listPrompts();
        includesAll(prompts.map((prompt) => prompt.name), it.server.prompts, 'prompts');
    },

    async call(it) {
        includesText(await callText(it, it.server.call), it.server.call.text);
    },

    async read(it) {
        const { contents } = await it.client.readResource({ uri: it.server.read.uri });
        includesText(textOf(contents), it.server.read.text);
    },

    async prompt(it) {
        const { name, arguments: args, text } = it.server.prompt;
        const { messages } = await it.client.getPrompt({ name, arguments: args });
        includesText(messages.map((message) => textOf(message.content)).join('\n'), text);
    },

    async completion(it) {
        const { ref, argument, values } = it.server.completion;
        const { completion } = await it.client.complete({ ref, argument });
        assert.deepEqual(completion.values, values);
    },

    async progress(it) {
        const steps = await progressOf(it, () => callText(it, it.server.progress, { onprogress() {} }));
        assert.deepEqual(steps, upTo(it.server.progress.steps));
    },

    async logging(it) {
        if (!isModern(it)) await it.client.setLoggingLevel('debug');
        await callText(it, it.server.logging, {}, isModern(it) ? { _meta: { [logLevel]: 'debug' } } : {});
        const wanted = ({ data }) => JSON.stringify(data).includes(it.server.logging.text);
        await eventually(() => it.logs.some(wanted), 'a log message');
        await callText(it, it.server.logging);
    },

    async sampling(it) {
        includesText(await callText(it, it.server.sampling), 'a completion from the client');
    },

    async elicitation(it) {
        includesText(await callText(it, it.server.elicitation), 'Ada Lovelace');
    },

    async roots(it) {
        includesText(await callText(it, it.server.roots), it.server.roots.text);
    },

    async updates(it) {
        const { uri } = it.server.updates;
        const end = isModern(it) ? await it.sdk.listen(it.client, uri) : await subscribe(it, uri);
        await callText(it, it.server.updates);
        await eventually(() => it.updated.includes(uri), `an update of ${uri}`);
        await callText(it, it.server.updates);
        await end();
    },

    async cancel(it) {
        const { begun } = it.server.cancel;
        const stop = new AbortController();
        let progress = 0;
        const call = callText(it, it.server.cancel, { signal: stop.signal, onprogress: () => { progress += 1; } });
        call.catch(() => {});
        const status = async () => (await fetch(begun)).json();
        if (begun === 'progress') await eventually(() => progress > 0, 'progress of the call');
        else await eventually(async () => (await status()).open > 0, 'the call at work');
        stop.abort('changed my mind');
        await assert.rejects(call);
        if (begun !== 'progress') await eventually(async () => (await status()).open === 0, 'the end of the server\'s work');
        if (isModern(it)) await it.client.listTools();
        else await it.client.ping();
    },

    resume,
    cut,

    async terminate(it) {
        const gone = it.transport.sessionId;
        await it.transport.terminateSession();
        const response = await fetch(it.plan.url, {
            method: 'POST',
            headers: {
                'Content-Type': 'application/json',
                Accept: 'application/json, text/event-stream',
                'Mcp-Session-Id': gone,
            },
            body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
        });
        assert.equal(response.status, 404);
    },
};

async function subscribe(it, uri) {
    await it.client.subscribeResource({ uri });
    return () => it.client.unsubscribeResource({ uri });
}

/** Runs the plan in the file and ends the process. */
export async function run(planFile, sdk) {
    const plan = JSON.parse(readFileSync(planFile, 'utf8'));
    const it = { plan, server: plan.server, sdk, asked: [], logs: [], updated: [] };
    const answers = {
        'roots/list': () => ({ roots: [{ uri: plan.root, name: 'interop' }] }),
        'sampling/createMessage': () => (
            { role: 'assistant', model: 'none', content: { type: 'text', text: 'a completion from the client' } }),
        'elicitation/create': () => ({ action: 'accept', content: plan.server.elicitation.content }),
    };
    const known = Object.entries(answers).filter(([method]) => sdk.knows(method));
    const capabilities = { roots: {}, sampling: {}, ...(sdk.knows('elicitation/create') ? { elicitation: {} } : {}) };
    const notices = {
        'notifications/message': ({ params }) => { it.logs.push(params); },
        'notifications/resources/updated': ({ params }) => { it.updated.push(params.uri); },
    };
    const noted = known.map(([method, answer]) => [method, () => { it.asked.push(method); return answer(); }]);
    it.connect = async (url) => listening(await sdk.connect(url, plan.kind, capabilities, Object.fromEntries(noted), notices));
    it.open = async () => Object.assign(it, await it.connect(plan.url));

    for (const id of plan.checks) await check(id, () => checks[id](it), 30_000);
    await it.client?.close();
    finish();
}
