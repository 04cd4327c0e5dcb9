export { Problem, sentenceOf, isAbort } from './problem';
export { type Clock, systemClock, sleep, abortError } from './clock';
