// A small web page for the server that fetches pages, and a slow one to see whether a cancelled fetch ends.
import http from 'node:http';

const page = `<!doctype html><html><head><title>The lighthouse</title></head><body><main><h1>The lighthouse</h1>
<p>The keeper counts ships, and writes down how many came by in the night.</p></main></body></html>`;

/** Serves `/`, `/slow/KEY`, which never ends by itself, and `/status/KEY`, which says how many slow ones are open. */
export async function servePage() {
    const open = new Map();
    const count = (key, change) => open.set(key, (open.get(key) ?? 0) + change);
    const server = http.createServer((request, response) => {
        const [, kind, key] = request.url.split('/');
        if (kind === '') {
            response.writeHead(200, { 'Content-Type': 'text/html' }).end(page);
        } else if (kind === 'slow') {
            count(key, 1);
            response.on('close', () => count(key, -1));
            response.writeHead(200, { 'Content-Type': 'text/html' }).write('<p>');
        } else if (kind === 'status') {
            response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ open: open.get(key) ?? 0 }));
        } else {
            response.writeHead(404).end();
        }
    });
    await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    return {
        url: `http://127.0.0.1:${server.address().port}`,
        close() { server.close(); server.closeAllConnections(); },
    };
}
