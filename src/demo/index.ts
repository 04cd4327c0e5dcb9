export { startDemo, type Demo, type DemoOptions, type DemoWorld } from './demo';
export type { Answered } from './siteCloud';
export type { Reached } from './ssh/network';
