export { cardRecord, type CardSources } from './build';
export { checkDigest, digestOf, shortCode } from './digest';
export { cardFileStem, cardJson, embedInPng, readCard } from './files';
export { cardHtml } from './html';
export type { CardTheme } from './paint';
export type { Agreement, CardCheck, CardLine, CardRecord, CardResource, CardVerdict } from './record';
export { cardSvg } from './svg';
export { verifyCardWith, type CardWorld, type Verification } from './verify';
export { cardText, type CardText } from './words';
