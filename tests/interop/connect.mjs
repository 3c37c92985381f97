// One connected client of the official SDK.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

export async function connect(url, { capabilities = {}, prepare = () => {} } = {}) {
    const client = new Client({ name: 'interop', version: '1.0.0' }, { capabilities });
    const transport = new StreamableHTTPClientTransport(new URL(url));
    prepare(client);
    await client.connect(transport);
    return { client, transport };
}
