// The official TypeScript SDK of generation 1, in the version whose package alias is given.
//
//   node v1.mjs ALIAS PLAN
import { run } from './checks.mjs';
import { generation1 } from './generation_1.mjs';

const [alias, planFile] = process.argv.slice(2);

async function transportTo(url, kind) {
    if (kind === 'sse') {
        const { SSEClientTransport } = await import(`${alias}/client/sse.js`);
        return new SSEClientTransport(new URL(url));
    }
    const { StreamableHTTPClientTransport } = await import(`${alias}/client/streamableHttp.js`);
    return new StreamableHTTPClientTransport(new URL(url));
}

await run(planFile, await generation1(alias, transportTo));
