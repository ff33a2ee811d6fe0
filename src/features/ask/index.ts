/** A message out, its reply back. */
export { type AskOptions, ask, type ReplyFraming, type RequestSource, textReplies, verbatimReplies } from './client.js';
