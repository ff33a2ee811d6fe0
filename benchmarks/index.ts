import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { against } from './against.js';
import { chats } from './chat.js';
import { files } from './files.js';
import { roundtrips } from './roundtrips.js';
import { screen } from './screen.js';
import { startup } from './startup.js';
import { stream } from './stream.js';
import { generateChatLoad } from './support/chat-load.js';
import { root } from './support/children.js';
import { generateLoad } from './support/load.js';
import { machine, today } from './support/machine.js';
import type { Question } from './support/question.js';
import { transform } from './transform.js';
import { attackFor, turns } from './turns.js';

const questions: readonly Question[] = [stream, roundtrips, startup, files, transform, ...chats, turns, screen];
const report = join(root, 'benchmarks/README.md');

/** Runs the questions that are named, or all, and puts each answer in its place in the report. */
async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !questions.some((question) => question.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`no question ${unknown.join(', ')}; there are ${questions.map((q) => q.name).join(', ')}\n`);
    process.exitCode = 2;
    return;
  }
  for (const question of questions) {
    if (names.length > 0 && !names.includes(question.name)) continue;
    process.stderr.write(`${question.name}\n`);
    const answer = await question.run();
    const text = `## ${question.title}\n${question.about}\n\n${today()}, ${machine()}.\n\n${answer}\n`;
    process.stdout.write(`${text}\n`);
    writeFileSync(report, placed(existsSync(report) ? readFileSync(report, 'utf8') : '', question.name, text));
  }
}

/** Replaces what stands between the question's two marks, or adds it at the end. */
function placed(document: string, name: string, text: string): string {
  const [from, to] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->\n`];
  const [begin, end] = [document.indexOf(from), document.indexOf(to)];
  if (begin === -1 || end === -1) return `${document}\n${from}${text}${to}`;
  return `${document.slice(0, begin)}${from}${text}${document.slice(end)}`;
}

// The load generators are this same program, in a process of its own.
if (process.argv[2] === 'load') await generateLoad(process.argv[3] as string);
else if (process.argv[2] === 'chat-load') await generateChatLoad(process.argv[3] as string);
else if (process.argv[2] === 'attack') attackFor(process.argv[3] as string, process.argv[4] as string);
else if (process.argv[2] === '--against') process.stdout.write(`${await against(process.argv[3] ?? 'main')}\n`);
else await main(process.argv.slice(2));
