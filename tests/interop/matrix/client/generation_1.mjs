// What the official TypeScript SDK of generation 1 does for the checks, over any of its transports.

/** The adapter of the package alias; `transportTo(url, kind)` makes a transport. */
export async function generation1(alias, transportTo) {
    const { Client } = await import(`${alias}/client/index.js`);
    const types = await import(`${alias}/types.js`);
    return {
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
    };
}
