/**
 * `wireline/testing`: what tests of a service need and no program does. A clock that a test moves, two services joined
 * in memory, and a channel onto a service. The conformance suites are `wireline/testing/conformance`.
 */

export { memoryPair } from '../net/index.js';
export { type ChannelToOptions, channelTo } from './channel-to.js';
export { ManualClock } from './manual-clock.js';
