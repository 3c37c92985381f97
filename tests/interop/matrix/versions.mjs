// Which version of a package the matrix uses: the lists that pin it say so.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const read = (...path) => readFileSync(join(here, ...path), 'utf8');
const escape = (text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

const sources = {
    /** npm's folder says what is installed, if the package has a program for this machine. */
    npm(name) {
        const file = join(here, 'node_modules', name, 'package.json');
        return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined;
    },
    /** The package may be a folder of a module. */
    go(name) {
        const modules = [...read('go', 'go.mod').matchAll(/^\t?(?:require )?(\S+) v(\S+)/gm)];
        return modules.find(([, module]) => `${name}/`.startsWith(`${module}/`))?.[2];
    },
    rust: (name) => new RegExp(`name = "${escape(name)}"\nversion = "(.*)"`).exec(read('rust', 'Cargo.lock'))?.[1],
    java(name) {
        const version = new RegExp(`<artifactId>${escape(name.split(':')[1])}</artifactId>\\s*<version>(.*)</version>`);
        return version.exec(read('java', 'pom.xml'))?.[1];
    },
};

const python = (name, list) => new RegExp(`^${escape(name)}==(.*)$`, 'm').exec(read('python', `${list}.txt`))?.[1];

/** The version of the package of a client or a server, or undefined if it has no program for this machine. */
export function versionOf({ package: name, python: list, toolchain = 'npm' }) {
    const version = list ? python(name, list) : sources[toolchain](name);
    return version?.replace(/^v/, '');
}
