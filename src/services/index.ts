export { type EchoOptions, echo } from './echo.js';
