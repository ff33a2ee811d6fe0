/** The chat on a terminal, without the terminal: a model, what changes it, and what it looks like. All of it is pure. */
export { KeyReader } from './keys.js';
export { type Effect, type Model, newModel } from './model.js';
export { Painter } from './painter.js';
export type { Colours } from './row.js';
export { type Event, update } from './update.js';
export { view } from './view.js';
