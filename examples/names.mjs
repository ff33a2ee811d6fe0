// @ts-check
// A chat whose names are fixed: a directory of one's own in front of the one in memory. `node examples/names.mjs 9000`
import { detect, formatAddress, serve } from 'wireline';
import { ChatServer, jsonDialect, memoryDirectory, memoryJournal, plainDialect, Refusal } from 'wireline/chat';

const known = new Set(['ada', 'bob']);
const memory = memoryDirectory();

/** @type {import('wireline/chat').Directory} */
const directory = {
  claim(name, owner, member) {
    if (!known.has(name)) return Promise.reject(new Refusal('bad-name', `${name} is not on the list`));
    return memory.claim(name, owner, member);
  },
  claimGuest: (owner, member) => memory.claimGuest(owner, member),
  release: (name, member, hold, address) => memory.release(name, member, hold, address),
  find: (name) => memory.find(name),
  topic: (room) => memory.topic(room),
  setTopic: (room, topic) => memory.setTopic(room, topic),
};

const chat = new ChatServer({ journal: memoryJournal(), directory });
const server = await serve(detect([jsonDialect(chat)], plainDialect(chat)), process.argv[2] ?? '9000');
console.log(`a chat on ${formatAddress(server.address)}`);
