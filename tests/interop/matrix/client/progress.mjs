// Progress as it came over the wire: the SDKs drop what they read in one piece with the result.

/** Notes in `heard` every progress that a connection brings. */
export function listening(connection) {
    const heard = [];
    const { transport } = connection;
    const deliver = transport.onmessage;
    transport.onmessage = (message, ...more) => {
        if (message.method === 'notifications/progress') heard.push(message.params.progress);
        return deliver(message, ...more);
    };
    return { ...connection, heard };
}

/** What a connection hears while the call runs. */
export async function progressOf({ heard }, call) {
    const before = heard.length;
    await call();
    return heard.slice(before);
}

/** 1, 2, ... count */
export const upTo = (count) => Array.from({ length: count }, (_, i) => i + 1);
