// @ts-check
// A view of its own on the model of the chat's client: how much is unread, per room. `node examples/unread.mjs localhost:9000 dev ops`
import { parseTarget } from 'wireline';
import { ChatClient, newModel, onMessage, onState } from 'wireline/chat';

const [target = 'localhost:9000', ...rooms] = process.argv.slice(2);
const { address } = parseTarget([target]);
// The first room is the one that is shown.
let model = newModel({ columns: 0, rows: 0, name: '', session: 'unread', rooms: ['nowhere', ...rooms] });

const client = new ChatClient(
  address,
  { rooms },
  {
    state: (state) => {
      model = onState(model, state).model;
    },
    message(message, missed) {
      model = onMessage(model, message, missed).model;
      if (message.type === 'joined') console.log(`in ${message.room}`);
      if (message.type !== 'entry') return;
      console.log(
        model.rooms
          .filter(({ unread }) => unread > 0)
          .map(({ name, unread }) => `${name}: ${unread}`)
          .join(', '),
      );
    },
  },
);
await client.run();
