import { memoryDirectory } from '../../../../src/features/chat/directory/memory.js';
import { directoryConformance } from '../../../conformance/directory.js';

directoryConformance('a directory in memory', { open: memoryDirectory });
