/** The file server and its clients. */

export { type FileTargetOptions, fileTarget } from './client/file-target.js';
export { type GetOptions, type GetResult, get, getTree, IsFolder } from './client/get.js';
export { list } from './client/ls.js';
export { type FileToPut, type PutOptions, type PutResult, put, putAll } from './client/put.js';
export { type FilesSession, type FilesSessionOptions, openFiles, type ReceiveBody } from './client/session.js';
export type { Answer, AnswerLine, RequestLine } from './protocol/messages.js';
export {
  type FileTarget,
  type OpenFile,
  pathParts,
  type ServedTree,
  type TreeListing,
} from './protocol/tree.js';
export { type FilesOptions, files } from './server/files.js';
export { servedTree } from './tree/served-tree.js';
