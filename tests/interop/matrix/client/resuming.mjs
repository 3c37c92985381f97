// A call that outlives its connection: the client comes back with Last-Event-ID and misses nothing.
import { assert, eventually } from '../../tap.mjs';
import { progressOf, upTo } from './progress.mjs';

/** The bridge ends the stream of a call at its highest age. */
export const resume = (it) => overWire(it, async (far, description) => {
    const steps = await progressOf(far, () => it.sdk.call(far.client, description, { onprogress() {} }));
    assert.deepEqual(steps, upTo(it.server.resume.steps));
});

/** The network between client and bridge breaks in the middle of a call. */
export const cut = (it) => overWire(it, async (far, description, control) => {
    const call = it.sdk.call(far.client, description, { onprogress() {} });
    call.catch(() => {});
    await eventually(() => far.heard.length > 2, 'progress of the call');
    await control('cut');
    const result = await call;
    assert.ok(!result.isError, JSON.stringify(result));
    assert.deepEqual(far.heard, upTo(it.server.resume.steps));
});

/** Gives `body` a connection of its own, and sees to it that the client came back for its call. */
async function overWire(it, body) {
    const control = async (action) => (await fetch(`${it.plan.wire.control}/${action}`)).json();
    const before = (await control('state')).resumed;
    const far = await it.connect(it.plan.wire.url);
    try {
        const { tool: name, arguments: args } = it.server.resume;
        await body(far, { name, arguments: args }, control);
        assert.ok((await control('state')).resumed > before, 'the client never sent Last-Event-ID');
        await far.transport.terminateSession();
    } finally {
        await far.client.close();
    }
}
