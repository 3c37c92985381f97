// A wire to the bridge that can be cut. A client controls it over HTTP, whatever language the client is written in. Some SDKs
// keep the id of their session to themselves: their clients use the wire always, and ask it.
import http from 'node:http';
import net from 'node:net';

async function listen(server) {
    await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    return `http://127.0.0.1:${server.address().port}`;
}

/**
 * Opens a wire to the URL `target`. `url` is the near end. `control` serves `/state`, which says how many requests with
 * Last-Event-ID the wire has carried, which session id it has seen last, and whether the client speaks the modern era, and
 * `/cut`, which resets every connection; the wire accepts new ones.
 */
export async function openWire(target) {
    const { hostname, port, pathname } = new URL(target);
    const open = new Set();
    let resumed = 0;
    let session;
    let isModern = false;
    const wire = net.createServer((near) => {
        near.on('data', (bytes) => {
            const text = bytes.toString('latin1');
            resumed += /\r\nlast-event-id:/i.test(text) ? 1 : 0;
            // Only a client that was refused opens with initialize after it has asked server/discover.
            if (/\r\nmcp-method: *server\/discover/i.test(text)) isModern = true;
            if (/"method" *: *"initialize"/.test(text)) isModern = false;
        });
        const far = net.connect(Number(port), hostname);
        far.on('data', (bytes) => { session = /\r\nmcp-session-id: *(\S+)/i.exec(bytes.toString('latin1'))?.[1] ?? session; });
        for (const [one, other] of [[near, far], [far, near]]) {
            open.add(one);
            one.on('error', () => other.destroy());
            one.on('close', () => { open.delete(one); other.destroy(); });
            one.pipe(other);
        }
    });
    const control = http.createServer((request, response) => {
        if (request.url === '/cut') open.forEach((socket) => socket.resetAndDestroy());
        response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ resumed, session, isModern }));
    });
    return {
        url: await listen(wire) + pathname,
        control: await listen(control),
        close() {
            wire.close();
            control.close();
            control.closeAllConnections();
            open.forEach((socket) => socket.destroy());
        },
    };
}
