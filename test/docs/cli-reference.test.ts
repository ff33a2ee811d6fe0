import type { Command, Option } from '@commander-js/extra-typings';
import { expect, test } from 'vitest';
import { describeDefaults } from '../../src/cli/help.js';
import { commands } from '../../src/main/commands.js';

const intro = `# The command, option by option

This page is made from what \`wireline COMMAND --help\` prints, and a test keeps it so: after a change of an option,
\`npx vitest run test/docs -u\` writes it anew.

- An **address to listen on** is \`PORT\` (all interfaces, IPv6 and IPv4), \`HOST:PORT\`, \`[v6]:PORT\` or \`unix:PATH\`. Port 0
  takes a free one, and the line \`Server is listening on ADDRESS\` on stderr names it.
- An **address to connect to** is \`HOST PORT\`, \`HOST:PORT\`, \`[v6]:PORT\`, \`tcp://HOST:PORT\` or \`unix:PATH\`.
- A **size** is a number of bytes, or of KiB, MiB, GiB or TiB: \`64KiB\`, \`64KB\` and \`64k\` are all 65,536 bytes. A **time** needs its unit, \`ms\`, \`s\`, \`m\` or
  \`h\`: \`500ms\`; 0 needs none. An **n** is a whole number of at least 1, or of at least 0 where 0 has a meaning, which the option says.
- stdout carries payload only. The listening line, logs, prompts and progress go to stderr.
- Exit status: see [reasons.md](reasons.md).
`;

/** What the tests need of a command, whatever its arguments and options. */
type AnyCommand = Command & { readonly commands: readonly AnyCommand[] };

test('docs/reference/cli.md says what --help says', async () => {
  const sections: string[] = [];
  for (const make of Object.values(commands)) {
    const command = (await make()) as AnyCommand;
    const children = command.commands;
    sections.push(section(command, 'wireline '));
    for (const child of children) sections.push(section(child, `wireline ${command.name()} `));
  }
  await expect(`${intro}\n${sections.join('\n')}`).toMatchFileSnapshot('../../docs/reference/cli.md');
});

function section(command: AnyCommand, prefix: string): string {
  describeDefaults(command);
  const rows = command.options.filter(({ hidden }) => !hidden).map(row);
  const table = rows.length > 0 ? ['| option | default | |', '| --- | --- | --- |', ...rows, ''] : [];
  const children = command.commands.map(
    (child) => `- \`${prefix}${command.name()} ${child.name()}\`: ${child.summary()}`,
  );
  return [
    `## ${prefix}${command.name()}`,
    command.description(),
    '',
    '```',
    `${prefix}${command.name()} ${command.usage().replace('[command]', 'SERVICE')}`,
    '```',
    ...(children.length > 0 ? [...children, ''] : table),
  ].join('\n');
}

function row(option: Option): string {
  const choices = option.argChoices ? ` (${option.argChoices.join(', ')})` : '';
  return `| ${cell(`\`${option.flags}\``)} | ${cell(defaultOf(option))} | ${cell(option.description + choices)} |`;
}

function defaultOf(option: Option): string {
  const { defaultValue: value, defaultValueDescription: words } = option;
  if (!option.required || Array.isArray(value)) return '';
  if (value === undefined) return words ?? '';
  return words?.includes(' ') ? words : `\`${words ?? value}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

test('the help names no option that does not exist', async () => {
  const all: AnyCommand[] = [];
  for (const make of Object.values(commands)) {
    const command = (await make()) as AnyCommand;
    all.push(command, ...command.commands);
  }
  const shown = all.flatMap(({ options }) => options.filter(({ hidden }) => !hidden));
  const known = new Set([...shown.map(({ long }) => long), '--help', '--listen']);
  const named = all.flatMap((command) => {
    const helps = [command.helpInformation(), ...command.registeredArguments.map(({ description }) => description)];
    return helps.flatMap((help) => help.match(/--[a-z][a-z-]+/g) ?? []);
  });
  expect([...new Set(named)].filter((flag) => !known.has(flag))).toEqual([]);
});
