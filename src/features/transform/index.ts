/** Replies that are a modification of the message. */
export { type Transform, type TransformOptions, transform } from './server/transform.js';
export { builtIn, type TransformName, transforms } from './server/transforms.js';
