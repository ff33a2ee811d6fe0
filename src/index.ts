export * from './core/index.js';
export * from './framing/index.js';
export * from './services/index.js';
export * from './transport/index.js';
