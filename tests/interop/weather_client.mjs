// The official TypeScript SDK (v1) against a bridge over `weather-stdio --sample`.
//
//   node weather_client.mjs URL
import { connect } from './connect.mjs';
import { assert, check, finish } from './tap.mjs';

const [url] = process.argv.slice(2);
if (!url) {
    console.error('usage: node weather_client.mjs URL');
    process.exit(2);
}

const { client, transport } = await connect(url);
const call = (name, args) => client.callTool({ name, arguments: args });

function assertText(result) {
    assert.ok(!result.isError, JSON.stringify(result));
    assert.equal(result.content[0].type, 'text');
    assert.ok(result.content[0].text.length > 20, result.content[0].text);
}

await check('the two weather tools are listed with their arguments', async () => {
    const { tools } = await client.listTools();
    const byName = Object.fromEntries(tools.map((tool) => [tool.name, Object.keys(tool.inputSchema.properties).sort()]));
    assert.deepEqual(byName, { get_alerts: ['state'], get_forecast: ['latitude', 'longitude'] });
});

await check('get_alerts answers for a state', async () => assertText(await call('get_alerts', { state: 'CA' })));

await check('get_forecast answers for a place', async () =>
    assertText(await call('get_forecast', { latitude: 37.77, longitude: -122.42 })));

await check('a state that is none gives an error that the model can read', async () => {
    const result = await call('get_alerts', { state: 'California' });
    assert.ok(result.isError, JSON.stringify(result));
    assert.ok(result.content[0].text.length > 0);
});

await transport.terminateSession();
finish();
