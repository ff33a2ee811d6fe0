/** What touches the file system: where payload comes from, where it goes, and where it waits. */
export { folderReceiver, type OnSaved } from './folder.js';
export { sha256 } from './hash.js';
export { descriptorInput, fileInput, sequence } from './input.js';
export { descriptorOutput } from './output.js';
export { SpoolBudget } from './spool.js';
