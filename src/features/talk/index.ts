/** One-to-one chat, the same service at both ends. */

export type { TalkOptions } from './service/options.js';
export { talk } from './service/talk.js';
