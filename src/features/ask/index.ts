/** A message out, its reply back. */
export { type AskOptions, ask, bytesPhrasing, type Phrasing, type Questions, textPhrasing } from './client.js';
