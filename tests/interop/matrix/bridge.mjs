// The bridge as a process: started on a port of its own choice, ended by its id.
import { once } from 'node:events';

import { eventually } from '../tap.mjs';
import { start } from './processes.mjs';

const listening = /listening on (http:\/\/[^/\s]+)/;

/** Starts `binary` and gives it back once it listens: `origin`, `log()` and `stop()`. */
export async function startBridge(binary, args) {
    const child = start(binary, ['--port', '0', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = once(child, 'close');
    ended.catch(() => {});
    let log = '';
    let over = false;
    child.on('error', (error) => { log += `${error}\n`; over = true; });
    child.on('exit', () => { over = true; });
    child.stderr.setEncoding('utf8').on('data', (text) => { log = (log + text).slice(-20_000); });
    const bridge = {
        log: () => log,
        async stop() {
            if (over) return;
            child.kill('SIGTERM');
            const hard = setTimeout(() => child.kill('SIGKILL'), 15_000);
            await ended;
            clearTimeout(hard);
        },
    };
    try {
        await eventually(() => over || listening.test(log), 'the bridge listens');
        if (over) throw new Error('the bridge ended at once');
    } catch (error) {
        await bridge.stop();
        throw new Error(`${error.message}; its log:\n${log}`);
    }
    bridge.origin = listening.exec(log)[1];
    return bridge;
}

/** What this bridge can do, asked once: a reason for each thing that it cannot. */
export async function missing(binary, command, helpText) {
    const reasons = {};
    if (!helpText.includes('--stream-max-age')) reasons.resume = 'mcp-bridge --help lists no --stream-max-age';
    const bridge = await startBridge(binary, ['--', ...command]);
    try {
        const initialize = {
            jsonrpc: '2.0',
            id: 1,
            method: 'initialize',
            params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'interop', version: '1.0.0' } },
        };
        const opened = await fetch(`${bridge.origin}/mcp`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' },
            body: JSON.stringify(initialize),
        });
        await opened.text();
        const stream = await head(`${bridge.origin}/mcp`, { 'Mcp-Session-Id': opened.headers.get('mcp-session-id') });
        if (stream === 405) reasons.stream = 'the bridge answers GET with 405';
        const sse = await head(`${bridge.origin}/sse`, {});
        if (sse === 404) reasons.sse = 'the bridge answers GET /sse with 404';
    } finally {
        await bridge.stop();
    }
    return reasons;
}

/** Waits until the bridge knows its server, and so answers `server/discover`: a client of the modern era that asks earlier gets a 404. */
export async function knowsServer(url) {
    const meta = {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'interop', version: '1.0.0' },
        'io.modelcontextprotocol/clientCapabilities': {},
    };
    await eventually(async () => {
        const response = await fetch(url, {
            method: 'POST',
            headers: {
                'Content-Type': 'application/json',
                Accept: 'application/json, text/event-stream',
                'MCP-Protocol-Version': '2026-07-28',
                'Mcp-Method': 'server/discover',
            },
            body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'server/discover', params: { _meta: meta } }),
        });
        await response.text();
        return response.ok;
    }, 'the bridge knows its server', 60_000);
}

async function head(url, headers) {
    const response = await fetch(url, { headers: { Accept: 'text/event-stream', ...headers } });
    await response.body?.cancel();
    return response.status;
}
