import { insert } from '../client/model/editor.js';
import { activeRoom, type Completion, type Model } from '../client/model/model.js';
import { commandsFor } from '../protocol/commands.js';

/** The names of commands, in the order in which help lists them. */
const commandNames = commandsFor('client').map(({ name }) => name);

/** Tab: completes the word before the cursor, or takes the next of what it may be; Shift-Tab takes the one before. */
export function complete(model: Model, by: 1 | -1): Model {
  const { completion } = model;
  if (completion)
    return choose(model, completion, (completion.at + by + completion.choices.length) % completion.choices.length);
  const { text, cursor } = model.input;
  const start = text.slice(0, cursor).search(/\S*$/u);
  const choices = choicesFor(model, text.slice(0, start), text.slice(start, cursor));
  if (choices.length === 0) return model;
  return choose(model, { start, end: cursor, choices, at: 0 }, by > 0 ? 0 : choices.length - 1);
}

function choose(model: Model, { start, end, choices }: Completion, at: number): Model {
  const chosen = choices[at] as string;
  const { text } = model.input;
  const input = insert({ ...model.input, text: text.slice(0, start) + text.slice(end), cursor: start }, chosen);
  return { ...model, input, completion: { start, end: start + chosen.length, choices, at } };
}

function choicesFor(model: Model, before: string, word: string): string[] {
  const matching = (choices: readonly string[]) =>
    choices.filter((choice) => choice.toLowerCase().startsWith(word.toLowerCase()));
  if (before === '' && word.startsWith('/')) return matching(commandNames.map((name) => `/${name}`)).map(spaced);
  const rooms = model.rooms.map(({ name }) => name);
  if (/^\/leave\s+$/.test(before)) return matching(rooms);
  if (/^\/(join|who)\s+$/.test(before)) return matching([...new Set([...rooms, ...model.heard])]);
  if (/^@./.test(word)) return matching(namesOf(model).map((name) => `@${name}`)).map(spaced);
  if (word.startsWith('#')) return matching(rooms.map((name) => `#${name}`)).map(spaced);
  if (word === '') return [];
  return matching(namesOf(model)).map(before === '' ? (name) => `${name}: ` : spaced);
}

/** Names of the room that is shown, who spoke last first, without our own. */
function namesOf(model: Model): string[] {
  const { lines, names } = activeRoom(model);
  const spoken = lines.slice(-200).flatMap((line) => (line.kind === 'said' ? [line.from] : []));
  return [...new Set([...spoken.reverse(), ...names.toSorted()])].filter((name) => name !== model.name);
}

function spaced(text: string): string {
  return `${text} `;
}
