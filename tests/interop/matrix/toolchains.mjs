// The clients and servers that are compiled: in Go, Rust and Java. Their programs are made below build/interop.
//
//   node toolchains.mjs      compiles the programs of every toolchain that this machine has
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = resolve(fileURLToPath(import.meta.url), '..');
const output = resolve(here, '..', '..', '..', 'build', 'interop');

const go = {
    name: 'Go',
    least: [1, 25],
    version: ['go', 'version'],
    folder: 'go',
    programs: join(output, 'go'),
    build(run) {
        const program = (name, path) => run('go', 'build', '-buildvcs=false', '-p', '2', '-o', join(this.programs, name), path);
        program('go-sdk', './go-sdk');
        program('mcp-go', './mcp-go');
        program('go-sdk-everything', 'github.com/modelcontextprotocol/go-sdk/examples/server/everything');
        program('mcp-go-everything', 'github.com/mark3labs/mcp-go/examples/everything');
    },
};

const rust = {
    name: 'Rust',
    least: [1, 88],
    version: ['cargo', '--version'],
    folder: 'rust',
    programs: join(output, 'rust', 'debug'),
    build(run) {
        run('cargo', 'build', '--quiet', '--locked', '--jobs', '2', '--target-dir', join(output, 'rust'));
    },
};

// Maven needs seconds to find out that there is nothing to do, so what the programs were made from is remembered.
const java = {
    name: 'Java',
    least: [17, 0],
    version: ['javac', '-version'],
    folder: 'java',
    programs: join(output, 'java'),
    build(run) {
        const sources = readdirSync(join(here, 'java')).filter((name) => name.endsWith('.java')).sort();
        const made = createHash('sha256').update(this.programs);
        for (const name of ['pom.xml', ...sources]) made.update(readFileSync(join(here, 'java', name)));
        const stamp = join(this.programs, 'made-of');
        const wanted = made.digest('hex');
        if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
        rmSync(this.programs, { recursive: true, force: true });
        const libraries = join(this.programs, 'lib');
        const copy = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.0:copy-dependencies';
        run('mvn', '--batch-mode', '--quiet', copy, `-DoutputDirectory=${libraries}`);
        run('javac', '--release', '17', '-d', join(this.programs, 'classes'), '-cp', join(libraries, '*'), ...sources);
        writeFileSync(stamp, wanted);
    },
};

/** The toolchains by the name that clients.json and servers.json use. */
export const toolchains = { go, rust, java };

/** Why the programs of a toolchain cannot be made on this machine, or undefined. */
export function lack({ name, least, version: [program, argument], folder }) {
    const install = `install ${name} ${least.join('.')} or later to run it`;
    const { stdout, stderr, error, status } = spawnSync(program, [argument], { cwd: join(here, folder), encoding: 'utf8', timeout: 120_000 });
    if (error?.code === 'ENOENT') return `${program} is not installed; ${install}`;
    const [, major, minor] = /(\d+)\.(\d+)/.exec(stdout + stderr) ?? [];
    if (status !== 0 || major === undefined) return `${program} ${argument} says no version; ${install}`;
    const found = [Number(major), Number(minor)];
    const older = found[0] < least[0] || (found[0] === least[0] && found[1] < least[1]);
    return older ? `${program} is of version ${found.join('.')}; ${install}` : undefined;
}

function buildAll() {
    for (const toolchain of Object.values(toolchains)) {
        const why = lack(toolchain);
        if (why) {
            console.error(`interop: the programs in ${toolchain.name} are left out: ${why}`);
            continue;
        }
        mkdirSync(toolchain.programs, { recursive: true });
        const place = { cwd: join(here, toolchain.folder), stdio: ['ignore', 2, 2], timeout: 1_200_000 };
        toolchain.build((program, ...args) => execFileSync(program, args, place));
    }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) buildAll();
