// A wire to a server: whoever connects to it talks to the server, and what passes is kept.
import net from 'node:net';

import { Traffic } from './traffic.mjs';

/** Opens a wire to the host and port of a URL. `url` is the same URL at the near end, `traffic` what has passed; `cut` resets every connection. */
export async function openWire(target) {
    const { hostname, port, pathname } = new URL(target);
    const open = new Set();
    const traffic = new Traffic();
    const wire = net.createServer((near) => {
        const bytes = traffic.connection();
        const far = net.connect(Number(port), hostname);
        near.on('data', bytes.sent);
        far.on('data', bytes.received);
        for (const [one, other] of [[near, far], [far, near]]) {
            open.add(one);
            one.on('error', () => other.destroy());
            one.on('close', () => { open.delete(one); other.destroy(); });
            one.pipe(other);
        }
    });
    await new Promise((resolve) => { wire.listen(0, '127.0.0.1', resolve); });
    return {
        url: `http://127.0.0.1:${wire.address().port}${pathname}`,
        traffic,
        cut() { open.forEach((socket) => socket.resetAndDestroy()); },
        close() {
            wire.close();
            open.forEach((socket) => socket.destroy());
        },
    };
}
