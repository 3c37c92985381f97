// The official TypeScript SDK of generation 2. It opens with `initialize`, its default, unless the mode says otherwise: with `auto` it
// asks server/discover first and falls back to `initialize`, with a revision it speaks that one only.
//
//   node v2.mjs [MODE] PLAN
import { Client, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

import { run } from './checks.mjs';

const [asked] = process.argv.slice(2, -1);
const negotiation = { auto: 'auto' }[asked] ?? (asked && { pin: asked });

await run(process.argv.at(-1), {
    async connect(url, kind, capabilities, answers, notices) {
        const versionNegotiation = negotiation && { mode: negotiation };
        const client = new Client({ name: 'interop', version: '1.0.0' }, { capabilities, versionNegotiation });
        for (const [method, answer] of Object.entries(answers)) client.setRequestHandler(method, answer);
        for (const [method, notice] of Object.entries(notices)) client.setNotificationHandler(method, notice);
        const Transport = kind === 'sse' ? SSEClientTransport : StreamableHTTPClientTransport;
        const transport = new Transport(new URL(url));
        await client.connect(transport);
        return { client, transport };
    },
    call: (client, params, options) => client.callTool(params, options),
    knows: () => true,
    era: (client) => client.getProtocolEra(),
    async listen(client, uri) {
        const subscription = await client.listen({ resourceSubscriptions: [uri] });
        return () => subscription.close();
    },
});
