// The messages of the bridge in the exchanges of HTTP: each with the revision that its client speaks, and with the request that it answers.
import { modern } from './schemas.mjs';

const versionKey = 'io.modelcontextprotocol/protocolVersion';
const subscriptionKey = 'io.modelcontextprotocol/subscriptionId';

function parsed(text) {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}

/** The events of a stream, `{ event, data, id }`. An event that broke off is none. */
export function eventsOf(text) {
    return text.split(/\r?\n\r?\n/).slice(0, -1).map((block) => {
        const event = {};
        for (const line of block.split(/\r?\n/)) {
            const [, field, value] = /^(event|data|id): ?(.*)$/.exec(line) ?? [];
            if (field) event[field] = field === 'data' && 'data' in event ? `${event.data}\n${value}` : value;
        }
        return event;
    });
}

/** What the bridge sent in a reply: `{ message, event }`. */
function messagesOf({ headers, body, isCut }) {
    const type = headers.get('content-type') ?? '';
    if (isCut) return [];
    if (type.startsWith('application/json')) return [parsed(body)].flat().map((message) => ({ message }));
    if (!type.startsWith('text/event-stream')) return [];
    return eventsOf(body).filter(({ event, data }) => data && event !== 'endpoint').map((event) => ({ message: parsed(event.data), event }));
}

const target = ({ first }) => new URL(first.split(' ')[1], 'http://bridge');

/** Which session an exchange belongs to: a header says so, or the URL that a client of HTTP+SSE posts to. */
function sessionOf({ request, reply }) {
    const endpoint = /^event: endpoint\r?\n(?:(?:id|retry):.*\r?\n)*data: (.*)$/m.exec(reply?.body ?? '')?.[1];
    const url = endpoint ? new URL(endpoint, 'http://bridge') : target(request);
    return request.headers.get('mcp-session-id') ?? reply?.headers.get('mcp-session-id') ?? (url.search || undefined);
}

/**
 * Gives every message of the bridge to `see({ message, event, revision, request, subscription })`, in the order of the exchanges. `request` is
 * the request that the message answers, if it is known.
 */
export function follow(exchanges, see) {
    const sessions = new Map();
    const session = (id) => {
        if (!sessions.has(id)) sessions.set(id, { revision: undefined, requests: new Map() });
        return sessions.get(id);
    };
    const posts = exchanges.map((exchange) => ({ ...exchange, asked: [parsed(exchange.request.body)].flat().filter(Boolean) }));
    // A general stream is opened before the requests that it answers, so these are noted first.
    for (const { request, reply, asked } of posts) {
        const own = session(sessionOf({ request, reply }));
        for (const one of asked) if (one.method && 'id' in one) own.requests.set(JSON.stringify(one.id), one);
    }
    const agree = (own, message, request) => {
        if (request?.method === 'initialize' && message?.result) own.revision = message.result.protocolVersion;
    };
    const all = posts.filter(({ reply }) => reply).flatMap((exchange) => {
        const own = session(sessionOf(exchange));
        const here = new Map(exchange.asked.map((one) => [JSON.stringify(one.id), one]));
        return messagesOf(exchange.reply).map(({ message, event }) => {
            const key = JSON.stringify(message?.id);
            const request = message && 'id' in message && !message.method ? (here.get(key) ?? own.requests.get(key)) : undefined;
            agree(own, message, request);
            return { message, event, request, own, asked: exchange.asked };
        });
    });
    for (const { message, event, request, own, asked } of all) {
        const claimed = asked.map((one) => one.params?._meta?.[versionKey]).find((version) => version !== undefined);
        const listens = asked.find((one) => one.method === 'subscriptions/listen');
        see({
            message, event, request,
            revision: claimed === undefined ? own.revision : modern,
            subscription: listens && { wanted: listens.id, found: message?.params?._meta?.[subscriptionKey] ?? message?.result?._meta?.[subscriptionKey] },
        });
    }
}
