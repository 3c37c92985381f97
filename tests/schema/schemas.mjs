// The schemas of MCP, and what each of them says about one message of a server.
import { readFileSync } from 'node:fs';

import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020.js';

export const modern = '2026-07-28';
export const revisions = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', modern];

// What a result may be, by the method of its request; schemas name them by rule only in part.
const results = {
    'initialize': ['InitializeResult'],
    'server/discover': ['DiscoverResult'],
    'ping': ['EmptyResult'],
    'logging/setLevel': ['EmptyResult'],
    'resources/subscribe': ['EmptyResult'],
    'resources/unsubscribe': ['EmptyResult'],
    'tools/list': ['ListToolsResult'],
    'tools/call': ['CallToolResult', 'CreateTaskResult', 'InputRequiredResult'],
    'resources/list': ['ListResourcesResult'],
    'resources/templates/list': ['ListResourceTemplatesResult'],
    'resources/read': ['ReadResourceResult', 'InputRequiredResult'],
    'prompts/list': ['ListPromptsResult'],
    'prompts/get': ['GetPromptResult', 'InputRequiredResult'],
    'completion/complete': ['CompleteResult'],
    'subscriptions/listen': ['SubscriptionsListenResult'],
    'tasks/get': ['GetTaskResult'],
    'tasks/list': ['ListTasksResult'],
    'tasks/cancel': ['CancelTaskResult'],
    'tasks/update': ['UpdateTaskResult'],
    'tasks/result': ['GetTaskPayloadResult'],
};

// Errors that have a form of their own, by their code.
const errors = { '-32020': 'HeaderMismatchError', '-32021': 'MissingRequiredClientCapabilityError', '-32022': 'UnsupportedProtocolVersionError' };

const described = (errorsOf) => (errorsOf ?? []).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`).slice(0, 4).join('; ');

const methodOf = ({ properties, allOf = [] }) => properties?.method?.const ?? allOf.map(methodOf).find(Boolean);

/** The schema of one revision, and those of extensions, `more`, which define what the revision does not. */
class Schema {
    #ajv;
    #revision;
    #definitions;
    #place;
    #more;
    #methods = new Map();

    constructor(revision, more = []) {
        const schema = JSON.parse(readFileSync(new URL(`../support/mcp-schema/${revision}.json`, import.meta.url), 'utf8'));
        this.#more = more;
        const Kind = schema.$schema.includes('2020-12') ? Ajv2020 : Ajv;
        this.#revision = revision;
        this.#place = schema.$defs ? '$defs' : 'definitions';
        this.#definitions = schema[this.#place];
        this.#ajv = new Kind({ strict: false, validateFormats: false, allowUnionTypes: true });
        this.#ajv.addSchema({ ...schema, $id: revision });
        for (const [name, definition] of Object.entries(this.#definitions)) {
            const method = methodOf(definition);
            if (method && name !== 'ClientNotification') this.#methods.set(method, name);
        }
        for (const other of more) for (const [method, name] of other.#methods) if (!this.#methods.has(method)) this.#methods.set(method, name);
    }

    has(name) { return name in this.#definitions || this.#more.some((other) => other.has(name)); }

    #validator(name) {
        if (name in this.#definitions) return this.#ajv.getSchema(`${this.#revision}#/${this.#place}/${name}`);
        return this.#more.find((other) => other.has(name)).#validator(name);
    }

    /** What is wrong with a value that must be one of the definitions, or an empty text. */
    #fault(names, value) {
        const tried = names.filter((name) => this.has(name)).map((name) => {
            const validate = this.#validator(name);
            return validate(value) ? '' : `${name}: ${described(validate.errors)}`;
        });
        return tried.includes('') ? '' : tried.join(' | ');
    }

    #framed(names, message) { return this.#fault([names.find((name) => this.has(name))], message); }

    #fitting(method, result) {
        const own = { input_required: 'InputRequiredResult', task: 'CreateTaskResult' }[result?.resultType] ?? (result?.task ? 'CreateTaskResult' : undefined);
        const all = results[method];
        return own && all.includes(own) && this.has(own) ? [own] : all.filter((name) => name === 'EmptyResult' || !/InputRequired|CreateTask/.test(name));
    }

    /** A result of the request `method`; methods that the revision does not name pass. */
    result(method, message) {
        const frame = this.#framed(['JSONRPCResultResponse', 'JSONRPCResponse'], message);
        if (frame || !(method in results)) return frame;
        const names = this.#fitting(method, message.result).filter((name) => this.has(name));
        if (names.length === 0) return '';
        if (names[0] === 'EmptyResult' && Object.keys(message.result).some((key) => key !== '_meta')) return `EmptyResult: has ${Object.keys(message.result)}`;
        return this.#fault(names, message.result);
    }

    /** An error. Where the id of the request is unknown, JSON-RPC wants null, and MCP's schemas know no such id. */
    error(message) {
        const own = errors[message.error?.code];
        return this.#framed(['JSONRPCErrorResponse', 'JSONRPCError'], message.id === null ? { ...message, id: 0 } : message)
            || (own && this.has(own) ? this.#fault([own], message) : '');
    }

    /** A request or a notification; methods that the revision does not name pass. */
    call(message) {
        const frame = this.#framed(['id' in message ? 'JSONRPCRequest' : 'JSONRPCNotification'], message);
        const name = this.#methods.get(message.method);
        return frame || (name ? this.#fault([name], message) : '');
    }
}

const loaded = new Map();

/** The schema of a revision, or of the last one of the older revisions if there is no such. */
export function schemaOf(revision) {
    const known = revisions.includes(revision) ? revision : '2025-11-25';
    if (!loaded.has(known)) loaded.set(known, new Schema(known, known === modern ? [new Schema('tasks')] : []));
    return loaded.get(known);
}
