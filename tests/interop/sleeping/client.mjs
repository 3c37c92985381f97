// The official TypeScript SDK (v1): more clients than server processes, each with its GET stream open and idle.
//
//   node sleeping/client.mjs URL PROCESSES
import { connect } from '../connect.mjs';
import { assert, check, finish } from '../tap.mjs';

const [url, processes] = process.argv.slice(2);
const clients = [];

await check(`a client is served although ${processes} others listen and have all processes`, async () => {
    for (let i = 0; i <= Number(processes); i += 1) clients.push((await connect(url)).client);
}, 60_000);

await check('every one of them gets its own answer afterwards, twice', async () => {
    for (const round of ['first', 'second']) {
        const answers = await Promise.all(clients.map((client, i) =>
            client.callTool({ name: 'echo', arguments: { text: `${round} of ${i}` } })));
        answers.forEach((answer, i) => assert.match(JSON.stringify(answer), new RegExp(`${round} of ${i}\\b`)));
    }
}, 60_000);

await Promise.all(clients.map((client) => client.transport.terminateSession()));
finish();
