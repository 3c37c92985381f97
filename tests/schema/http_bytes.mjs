// HTTP/1.1 as it went over one connection: the requests of one side, the replies of the other. What broke off is kept as far as it came.

const headEnd = Buffer.from('\r\n\r\n');

/** Reads one message at `from`. Gives undefined if its head is not there whole. */
function readOne(bytes, from, hasNoBody) {
    const end = bytes.indexOf(headEnd, from);
    if (end < 0) return undefined;
    const [first, ...lines] = bytes.toString('latin1', from, end).split('\r\n');
    const headers = new Map(lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }));
    const start = end + headEnd.length;
    const isChunked = /\bchunked\b/i.test(headers.get('transfer-encoding') ?? '');
    const body = isChunked ? readChunks(bytes, start) : readPlain(bytes, start, hasNoBody(first, headers) ? 0 : headers.get('content-length'));
    return { first, headers, ...body };
}

function readPlain(bytes, start, length) {
    const next = length === undefined ? bytes.length : Math.min(bytes.length, start + Number(length));
    return { body: bytes.toString('utf8', start, next), next, isCut: length !== undefined && next - start < Number(length) };
}

function readChunks(bytes, start) {
    const parts = [];
    let next = start;
    while (next < bytes.length) {
        const line = bytes.indexOf('\r\n', next);
        if (line < 0) break;
        const size = Number.parseInt(bytes.toString('latin1', next, line), 16);
        const from = line + 2;
        parts.push(bytes.subarray(from, from + size));
        next = Math.min(bytes.length, from + size + 2);
        if (!(size > 0)) break;
    }
    return { body: Buffer.concat(parts).toString('utf8'), next: parts.length ? next : bytes.length };
}

function readAll(bytes, hasNoBody) {
    const all = [];
    for (let at = 0; at < bytes.length;) {
        const one = readOne(bytes, at, hasNoBody);
        if (!one) break;
        all.push(one);
        at = one.next;
    }
    return all;
}

/**
 * The exchanges of a connection, `{ request, reply }`, each with `first` (its first line), `headers` and `body`. `isCut` says that a body
 * of a length that was said has broken off. An exchange that got no reply has none.
 */
export function exchangesOf(sent, received) {
    const requests = readAll(sent, (_, headers) => !headers.has('content-length'));
    const isBare = (first) => / (1\d\d|204|304) /.test(`${first} `);
    const replies = readAll(received, isBare).filter(({ first }) => !/ 1\d\d /.test(`${first} `));
    return requests.map((request, index) => ({ request, reply: replies[index] }));
}
