import { jsonEncoder } from '../../../../src/features/chat/server/dialects/json-encoder.js';
import { plainEncoder } from '../../../../src/features/chat/server/dialects/plain-encoder.js';
import { encoderConformance } from '../../../conformance/encoder.js';

encoderConformance({ name: 'of JSON', encoder: jsonEncoder, line: /^\{"type":"\w+".*\}$/ });
// Nothing of a peer moves a cursor, and no line begins with a name that is not its sender's.
encoderConformance({
  name: 'of plain text',
  encoder: plainEncoder,
  line: /^(\* |\[(ann|bob)( to ann)?\] )[^\p{Cc}\u202a-\u202e]*$/u,
});
