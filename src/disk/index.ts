/** What touches the file system: where payload comes from, where it goes, and where it waits. */

export { type DownloadOptions, download } from './download.js';
export { folderReceiver, type OnSaved } from './folder.js';
export { descriptorInput, fileInput, sequence } from './input.js';
export { descriptorOutput } from './output.js';
export { servedFolder } from './served-folder.js';
export { SpoolBudget } from './spool.js';
