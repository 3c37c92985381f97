// The official TypeScript SDK of generation 1, in the version whose package alias is given.
//
//   node v1.mjs ALIAS PLAN
import { run } from './checks.mjs';

const [alias, planFile] = process.argv.slice(2);
const { Client } = await import(`${alias}/client/index.js`);
const types = await import(`${alias}/types.js`);

async function transportTo(url, kind) {
    if (kind === 'sse') {
        const { SSEClientTransport } = await import(`${alias}/client/sse.js`);
        return new SSEClientTransport(new URL(url));
    }
    const { StreamableHTTPClientTransport } = await import(`${alias}/client/streamableHttp.js`);
    return new StreamableHTTPClientTransport(new URL(url));
}

await run(planFile, {
    async connect(url, kind, capabilities, answers, notices) {
        const client = new Client({ name: 'interop', version: '1.0.0' }, { capabilities });
        const requests = {
            'roots/list': types.ListRootsRequestSchema,
            'sampling/createMessage': types.CreateMessageRequestSchema,
            'elicitation/create': types.ElicitRequestSchema,
        };
        for (const [method, answer] of Object.entries(answers)) client.setRequestHandler(requests[method], answer);
        const notifications = {
            'notifications/message': types.LoggingMessageNotificationSchema,
            'notifications/resources/updated': types.ResourceUpdatedNotificationSchema,
        };
        for (const [method, notice] of Object.entries(notices)) client.setNotificationHandler(notifications[method], notice);
        const transport = await transportTo(url, kind);
        await client.connect(transport);
        return { client, transport };
    },
    call: (client, params, options) => client.callTool(params, undefined, options),
    knows: (method) => method !== 'elicitation/create' || types.ElicitRequestSchema !== undefined,
});
