// What passed over a wire, and what is wrong with the messages of the bridge in it.
import { follow } from './conversation.mjs';
import { exchangesOf } from './http_bytes.mjs';
import { modern, schemaOf } from './schemas.mjs';

/** What the modern era forbids beside its schema. */
function modernFault({ message, event, subscription }) {
    if (event?.id !== undefined) return 'an event has an id, upon which SDKs would come back for the stream';
    if (message.method && 'id' in message) return 'a request on a reply';
    if (subscription && !message.error && subscription.found !== subscription.wanted) return `the subscription is ${JSON.stringify(subscription.found)}`;
    return '';
}

/** What is wrong with a message, or an empty text. */
export function faultOf(seen) {
    const { message, request, revision } = seen;
    if (message === null || typeof message !== 'object') return 'no JSON object';
    const schema = schemaOf(revision);
    const isModern = revision === modern;
    const era = isModern ? modernFault(seen) : '';
    if (era) return era;
    if (message.method) return schema.call(message);
    if ('error' in message) return schema.error(message);
    return request ? schema.result(request.method, message) : 'the answer to no request';
}

/** The bytes of a wire's connections. */
export class Traffic {
    #connections = [];

    /** A new connection: `sent` and `received` take its bytes. */
    connection() {
        const own = { sent: [], received: [] };
        this.#connections.push(own);
        return { sent: (bytes) => own.sent.push(bytes), received: (bytes) => own.received.push(bytes) };
    }

    /** The form for a file, from which `from` makes the same traffic again. */
    toJSON() {
        return this.#connections.map((one) => [one.sent, one.received].map((parts) => Buffer.concat(parts).toString('base64')));
    }

    static from(saved) {
        const made = new Traffic();
        for (const [sent, received] of saved) {
            const own = made.connection();
            own.sent(Buffer.from(sent, 'base64'));
            own.received(Buffer.from(received, 'base64'));
        }
        return made;
    }

    exchanges() {
        return this.#connections.flatMap(({ sent, received }) => exchangesOf(Buffer.concat(sent), Buffer.concat(received)));
    }

    /** `count`: the messages of the bridge. `faults`: what is wrong, in lines, each once. */
    check() {
        let count = 0;
        const faults = new Map();
        follow(this.exchanges(), (seen) => {
            count += 1;
            const fault = faultOf(seen);
            if (!fault) return;
            const of = seen.request?.method ?? seen.message?.method ?? 'a reply';
            const line = `${seen.revision ?? 'no revision'}, ${of}: ${fault}`;
            if (!faults.has(line)) faults.set(line, `${line}\n    ${JSON.stringify(seen.message)?.slice(0, 600)}`);
        });
        return { count, faults: [...faults.values()] };
    }
}
