/** Where payload comes from, where it goes, and where it waits: descriptors, files and spools. */
export { descriptorInput, fileInput, sequence } from './input.js';
export { descriptorOutput } from './output.js';
export { SpoolBudget } from './spool.js';
