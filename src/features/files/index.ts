/** The file server and its clients. */

export type { Answer } from './client/answer.js';
export { type DownloadOptions, download } from './client/download.js';
export { type GetOptions, type Got, get, getTree, IsFolder } from './client/get.js';
export { list } from './client/ls.js';
export { type FileToPut, type PutOptions, put, putAll, type Sent } from './client/put.js';
export { type FilesSession, type FilesSessionOptions, openFiles, type ReceiveBody } from './client/session.js';
export { servedFolder } from './folder/served-folder.js';
export {
  type Download,
  type Folder,
  type FolderEntry,
  type OpenFile,
  pathParts,
} from './protocol/folder.js';
export { type FilesOptions, files } from './server/files.js';
