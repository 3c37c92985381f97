// The folder a server runs in, and its description with the names of this run filled in.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A copy of `value` with every `${name}` in its strings replaced. */
export function fill(value, names) {
    if (typeof value === 'string') {
        return value.replace(/\$\{(\w+)\}/g, (whole, name) => {
            if (!(name in names)) throw new Error(`nothing is known for ${whole}`);
            return names[name];
        });
    }
    if (Array.isArray(value)) return value.map((one) => fill(one, names));
    if (value && typeof value === 'object') {
        return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fill(one, names)]));
    }
    return value;
}

/** Makes the folder, with the files that the description names, in a git repository if it asks for one. */
export function prepare(server, folder) {
    mkdirSync(folder, { recursive: true });
    for (const [name, content] of Object.entries(server.files ?? {})) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), content);
    }
    if (!server.repository) return;
    const git = (...args) => execFileSync('git', ['-C', folder, ...args], { stdio: 'pipe', timeout: 10_000 });
    git('init', '--quiet');
    git('add', '.');
}
