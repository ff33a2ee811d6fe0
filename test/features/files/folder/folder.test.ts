import { servedFolder } from '../../../../src/features/files/folder/served-folder.js';
import { folderConformance, memoryFolder } from '../../../conformance/folder.js';
import { folder } from '../../../support/folder.js';

folderConformance({ name: 'in memory', open: memoryFolder });
folderConformance({ name: 'on the disk', open: () => servedFolder(folder()) });
