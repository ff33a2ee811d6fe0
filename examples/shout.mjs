// A transform of one's own: wireline serve transform --with ./examples/shout.mjs 9000
export default (message) => `${message.toUpperCase()}!`;
