import { servedFolder } from '../../src/disk/index.js';
import { folderConformance, memoryFolder } from '../conformance/folder.js';
import { folder } from '../support/folder.js';

folderConformance({ name: 'in memory', open: memoryFolder });
folderConformance({ name: 'on the disk', open: () => servedFolder(folder()) });
