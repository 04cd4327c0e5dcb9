export { cardRecord, type CardSources } from './build';
export { checkDigest, digestOf, shortCode } from './digest';
export { cardFileStem, cardJson, embedInPng, readCard } from './files';
export type { Agreement, CardCheck, CardLine, CardRecord, CardResource, CardVerdict } from './record';
