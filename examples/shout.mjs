// @ts-check
// A transform of one's own: `npx wireline serve transform --with ./examples/shout.mjs 9000`

/** @param {string} message */
export default (message) => `${message.toUpperCase()}!`;
