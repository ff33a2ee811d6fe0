import { type Model, roomNamed, withLine, withRoom } from './model.js';

/** Comings and goings that follow each other are one line; those of members that were here before we were cut off are none. */
export function onMove(model: Model, name: string, way: 'joined' | 'left', who: string): Model {
  const room = roomNamed(model, name);
  if (!room) return model;
  if (way === 'joined' && room.were.includes(who)) {
    return withRoom(model, name, (each) => ({ ...each, were: each.were.filter((was) => was !== who) }));
  }
  const last = room.lines.at(-1);
  const before = last?.kind === 'notice' && last.moves ? last : undefined;
  const { joined = [], left = [] } = before?.moves ?? {};
  const moves = way === 'joined' ? { joined: [...joined, who], left } : { joined, left: [...left, who] };
  if (!before) return withLine(model, name, { time: model.now, text: movesText(moves), failure: false, moves });
  const folded = { ...before, key: model.made + 1, time: model.now, text: movesText(moves), moves };
  return withRoom({ ...model, made: folded.key }, name, (each) => ({
    ...each,
    lines: [...each.lines.slice(0, -1), folded],
  }));
}

/** Names that a line of comings and goings has. */
const shownNames = 5;

function movesText({ joined, left }: { joined: readonly string[]; left: readonly string[] }): string {
  return [textOf(joined, 'joined'), textOf(left, 'left')].filter((text) => text !== '').join('; ');
}

function textOf(names: readonly string[], way: string): string {
  if (names.length < 2) return names.map((name) => `${name} has ${way}`).join('');
  const shown = names.slice(-shownNames).join(', ');
  return `${names.length} have ${way}: ${names.length > shownNames ? `${shown} and others` : shown}`;
}
