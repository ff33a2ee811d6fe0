import { servedTree } from '../../../../src/features/files/tree/served-tree.js';
import { memoryFolder, treeConformance } from '../../../conformance/tree.js';
import { folder } from '../../../support/folder.js';

treeConformance({ name: 'in memory', open: memoryFolder });
treeConformance({ name: 'on the disk', open: () => servedTree(folder()) });
