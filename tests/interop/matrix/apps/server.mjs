// A server of MCP Apps, in both eras: it shows its clock only to clients that can show apps, as their capabilities say.
import { EXTENSION_ID, getUiCapability, RESOURCE_MIME_TYPE } from '@modelcontextprotocol/ext-apps/server';
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

const clock = 'ui://clock/page.html';
const inputSchema = { type: 'object' };
const tools = {
    'tell-time': { name: 'tell-time', inputSchema },
    'show-clock': { name: 'show-clock', inputSchema, _meta: { ui: { resourceUri: clock } } },
};

/** Whether the client of a request can show apps. Clients of old SDKs can say so under `experimental` only. */
function showsApps(server, { mcpReq }) {
    const capabilities = mcpReq.envelope?.['io.modelcontextprotocol/clientCapabilities'] ?? server.getClientCapabilities();
    const ui = getUiCapability(capabilities) ?? capabilities?.experimental?.[EXTENSION_ID];
    return ui?.mimeTypes?.includes(RESOURCE_MIME_TYPE) ?? false;
}

serveStdio(() => {
    const { server } = new McpServer({ name: 'interop-apps', version: '1.0.0' }, { capabilities: { tools: {}, resources: {} } });
    server.setRequestHandler('tools/list', (_, context) => (
        { tools: Object.values(tools).filter(({ _meta }) => !_meta || showsApps(server, context)) }));
    server.setRequestHandler('tools/call', ({ params }) => ({ content: [{ type: 'text', text: `${params.name} at noon` }] }));
    server.setRequestHandler('resources/list', () => ({ resources: [] }));
    server.setRequestHandler('resources/read', ({ params }) => (
        { contents: [{ uri: params.uri, mimeType: RESOURCE_MIME_TYPE, text: '<!doctype html><p>noon' }] }));
    return server;
});
