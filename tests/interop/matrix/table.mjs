// The results as Markdown: a table for each variant, a row for each server, a column for each client.

const escape = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const row = (cells) => `| ${cells.map(escape).join(' | ')} |`;

// Numbered remarks below a table; the same remark gets the same number.
class Remarks {
    #texts = [];

    number(text) {
        if (!this.#texts.includes(text)) this.#texts.push(text);
        return this.#texts.indexOf(text) + 1;
    }

    lines() {
        return this.#texts.map((text, index) => `${index + 1}. ${text}`);
    }
}

function cell(results, remarks) {
    if (!results) return '';
    const of = (state) => results.filter((result) => result.state === state);
    const counts = ['failed', 'skipped'].map((state) => [of(state).length, state]).filter(([count]) => count > 0);
    const notes = new Map();
    for (const { check, state, note } of [...of('failed'), ...of('skipped')]) {
        const reason = `${state}: ${note.split('\n')[0]}`;
        notes.set(reason, [...(notes.get(reason) ?? []), check]);
    }
    const all = (checks) => (checks.length === results.length ? 'all' : checks.join(', '));
    const numbers = [...notes].map(([reason, checks]) => remarks.number(`${all(checks)} ${reason}`));
    const others = counts.map(([count, state]) => `, ${count} ${state}`).join('');
    return of('passed').length + others + (numbers.length ? ` (${numbers.join(', ')})` : '');
}

/** The page, from `[{ variant, client, server, results }]` by name, and the descriptions of each. */
export function page(pairs, { variants, clients, servers, version, checks, command }) {
    const lines = [
        '# Interoperability',
        '',
        `This page shows which real clients work with which real stdio servers through ${version}. Both sides are unchanged. Each cell counts the`,
        `[checks](#what-is-checked) of one client against one server that passed, then those that failed or were skipped. A number in parentheses`,
        `refers to a remark below its table. A server that was "written for this page" tries an SDK of which no published server fits.`,
        `\`${command}\` generates the page: do not edit it.`,
        '',
        `The bridge runs with its defaults, and so serves clients of all revisions. In the tables of the older revisions only, it runs with`,
        '`--eras legacy` for the clients that ask `server/discover` first, so that they open with `initialize`.',
    ];
    for (const [name, variant] of Object.entries(variants)) {
        const own = pairs.filter((pair) => pair.variant === name);
        if (own.length === 0) continue;
        const columns = Object.keys(clients).filter((client) => own.some((pair) => pair.client === client));
        const rows = Object.keys(servers).filter((server) => own.some((pair) => pair.server === server));
        const remarks = new Remarks();
        const cells = rows.map((server) => row([
            `${servers[server].package} ${servers[server].version ?? ''} (${servers[server].made_with})`,
            ...columns.map((client) => cell(own.find((pair) => pair.client === client && pair.server === server)?.results, remarks)),
        ]));
        lines.push('', `## ${variant.title}`, '',
            row(['server', ...columns.map((client) => `${clients[client].title} ${clients[client].version}`)]),
            row(['---', ...columns.map(() => '---')]), ...cells);
        if (remarks.lines().length) lines.push('', ...remarks.lines());
    }
    lines.push('', '## What is checked', '', 'A check runs if the server offers the feature.', '',
        ...Object.entries(checks).map(([name, text]) => `- **${name}**: ${text}`), '');
    return lines.join('\n');
}
