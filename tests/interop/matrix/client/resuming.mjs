// A call that outlives its connection: the client comes back with Last-Event-ID and misses nothing.
import net from 'node:net';

import { assert, eventually } from '../../tap.mjs';
import { progressOf, upTo } from './progress.mjs';

/** The bridge ends the stream of a call at its highest age. */
export const resume = (it) => overWire(it, async (far, description) => {
    const steps = await progressOf(far, () => it.sdk.call(far.client, description, { onprogress() {} }));
    assert.deepEqual(steps, upTo(it.server.resume.steps));
});

/** The network between client and bridge breaks in the middle of a call. */
export const cut = (it) => overWire(it, async (far, description, wire) => {
    const call = it.sdk.call(far.client, description, { onprogress() {} });
    call.catch(() => {});
    await eventually(() => far.heard.length > 2, 'progress of the call');
    wire.cut();
    const result = await call;
    assert.ok(!result.isError, JSON.stringify(result));
    assert.deepEqual(far.heard, upTo(it.server.resume.steps));
});

/** Gives `body` a connection of its own, and sees to it that the client came back for its call. */
async function overWire(it, body) {
    const wire = await cuttable(new URL(it.plan.url));
    const far = await it.connect(wire.url);
    try {
        const { tool: name, arguments: args } = it.server.resume;
        await body(far, { name, arguments: args }, wire);
        assert.ok(wire.resumed() > 0, 'the client never sent Last-Event-ID');
        await far.transport.terminateSession();
    } finally {
        await far.client.close();
        wire.close();
    }
}

/** A wire to `target` that can be cut: every connection is then reset, new ones are let through. */
async function cuttable(target) {
    const open = new Set();
    let resumed = 0;
    const server = net.createServer((near) => {
        near.on('data', (bytes) => { resumed += /\r\nlast-event-id:/i.test(bytes.toString('latin1')) ? 1 : 0; });
        const far = net.connect(Number(target.port), target.hostname);
        for (const [one, other] of [[near, far], [far, near]]) {
            open.add(one);
            one.on('error', () => other.destroy());
            one.on('close', () => { open.delete(one); other.destroy(); });
            one.pipe(other);
        }
    });
    await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    return {
        url: `http://127.0.0.1:${server.address().port}${target.pathname}`,
        resumed: () => resumed,
        cut: () => open.forEach((socket) => socket.resetAndDestroy()),
        close: () => { server.close(); open.forEach((socket) => socket.destroy()); },
    };
}
