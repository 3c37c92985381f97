// The official TypeScript SDK of generation 2, in its default mode: it opens with `initialize`.
//
//   node v2.mjs PLAN
import { Client, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

import { run } from './checks.mjs';

await run(process.argv[2], {
    async connect(url, kind, capabilities, answers, notices) {
        const client = new Client({ name: 'interop', version: '1.0.0' }, { capabilities });
        for (const [method, answer] of Object.entries(answers)) client.setRequestHandler(method, answer);
        for (const [method, notice] of Object.entries(notices)) client.setNotificationHandler(method, notice);
        const Transport = kind === 'sse' ? SSEClientTransport : StreamableHTTPClientTransport;
        const transport = new Transport(new URL(url));
        await client.connect(transport);
        return { client, transport };
    },
    call: (client, params, options) => client.callTool(params, options),
    knows: () => true,
});
