// A server of the TypeScript SDK 2, which offers what the matrix checks. It speaks all revisions, or 2026-07-28 only.
//
//   node v2.mjs [--modern-only]
import { acceptedContent, completable, inputRequired, inputResponse, McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';

const greeting = 'interop://greeting';
const names = ['Ada', 'Alan', 'Grace'];
const said = (text) => ({ content: [{ type: 'text', text }] });
const contents = (uri, text) => ({ contents: [{ uri, mimeType: 'text/plain', text }] });

function addTools(server) {
    const tool = (name, inputSchema, run) => server.registerTool(name, { description: `Tries: ${name}`, inputSchema }, run);
    const none = z.object({});

    tool('echo', z.object({ message: z.string() }), ({ message }) => said(`Echo: ${message}`));

    tool('count', z.object({ steps: z.number(), seconds: z.number() }), async ({ steps, seconds }, { mcpReq }) => {
        const progressToken = mcpReq._meta?.progressToken;
        for (let progress = 1; progress <= steps; progress += 1) {
            await sleep((1000 * seconds) / steps, undefined, { signal: mcpReq.signal });
            if (progressToken !== undefined) await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress } });
        }
        return said(`counted to ${steps}`);
    });

    tool('log', none, async (_, { mcpReq }) => {
        await mcpReq.log('info', 'a message for the log');
        return said('logged');
    });

    tool('sample', none, (_, { mcpReq }) => {
        const answer = inputResponse(mcpReq.inputResponses, 'line');
        if (answer.kind === 'sampling') return said(answer.result.content.text);
        const messages = [{ role: 'user', content: { type: 'text', text: 'a line' } }];
        return inputRequired({ inputRequests: { line: inputRequired.createMessage({ messages, maxTokens: 10 }) } });
    });

    tool('elicit', none, (_, { mcpReq }) => {
        const form = acceptedContent(mcpReq.inputResponses, 'name', z.object({ value: z.string() }));
        if (form) return said(form.value);
        const requestedSchema = { type: 'object', properties: { value: { type: 'string' } }, required: ['value'] };
        return inputRequired({ inputRequests: { name: inputRequired.elicit({ message: 'What is your name?', requestedSchema }) } });
    });

    tool('roots', none, (_, { mcpReq }) => {
        const answer = inputResponse(mcpReq.inputResponses, 'folders');
        if (answer.kind === 'roots') return said(answer.roots.map(({ uri }) => uri).join(', '));
        return inputRequired({ inputRequests: { folders: inputRequired.listRoots() } });
    });

    tool('touch', none, async () => {
        await server.server.sendResourceUpdated({ uri: greeting });
        return said('touched');
    });
}

serveStdio(({ era }) => {
    const capabilities = { logging: {}, completions: {}, resources: { subscribe: true } };
    const server = new McpServer({ name: 'interop-ts', version: '1.0.0' }, { capabilities });
    addTools(server);
    server.registerResource('greeting', greeting, {}, () => contents(greeting, 'Grüße from the resource'));
    const template = new ResourceTemplate(`${greeting}/{name}`, { list: undefined });
    server.registerResource('greeting-for', template, {}, ({ href }, { name }) => contents(href, `Grüße from ${name}`));
    const argsSchema = z.object({ name: completable(z.string(), (value) => names.filter((name) => name.startsWith(value))) });
    server.registerPrompt('greet', { argsSchema }, ({ name }) => (
        { messages: [{ role: 'user', content: { type: 'text', text: `Say hi to ${name}` } }] }));
    if (era === 'legacy') {
        for (const method of ['resources/subscribe', 'resources/unsubscribe']) server.server.setRequestHandler(method, () => ({}));
    }
    return server;
}, process.argv.includes('--modern-only') ? { legacy: 'reject' } : {});
