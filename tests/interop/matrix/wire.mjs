// A wire to the bridge that a client can cut over HTTP, whatever language the client is written in. Some SDKs keep the id of their session
// to themselves: their clients ask the wire.
import http from 'node:http';

import { openWire as openPlain } from '../../schema/wire.mjs';

/** What has passed: requests with Last-Event-ID, the last session id, and whether the client speaks the modern era. */
function stateOf(traffic) {
    const state = { resumed: 0, isModern: false };
    for (const { request, reply } of traffic.exchanges()) {
        const headers = request.headers;
        state.resumed += headers.has('last-event-id') ? 1 : 0;
        state.session = reply?.headers.get('mcp-session-id') ?? state.session;
        // Only a client that was refused opens with initialize after it has asked server/discover.
        if (headers.get('mcp-method') === 'server/discover') state.isModern = true;
        if (request.body.includes('"initialize"')) state.isModern = false;
    }
    return state;
}

/** Opens a wire to the URL `target`. `control` serves `/state`, and `/cut`, which resets every connection; the wire accepts new ones. */
export async function openWire(target) {
    const wire = await openPlain(target);
    const control = http.createServer((request, response) => {
        if (request.url === '/cut') wire.cut();
        response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(stateOf(wire.traffic)));
    });
    await new Promise((resolve) => { control.listen(0, '127.0.0.1', resolve); });
    return {
        url: wire.url,
        traffic: wire.traffic,
        control: `http://127.0.0.1:${control.address().port}`,
        close() {
            wire.close();
            control.close();
            control.closeAllConnections();
        },
    };
}
