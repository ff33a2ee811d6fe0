import { jsonVoice } from '../../../../src/features/chat/server/dialects/json-encoder.js';
import { plainVoice } from '../../../../src/features/chat/server/dialects/plain-encoder.js';
import { voiceConformance } from '../../../conformance/voice.js';

voiceConformance({ name: 'of JSON', voice: jsonVoice, line: /^\{"type":"\w+".*\}$/ });
// Nothing of a peer moves a cursor, and no line begins with a name that is not its sender's.
voiceConformance({
  name: 'of plain text',
  voice: plainVoice,
  line: /^(\* |\[(ann|bob)( to ann)?\] )[^\p{Cc}\u202a-\u202e]*$/u,
});
