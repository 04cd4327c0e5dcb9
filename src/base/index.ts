export { Problem, sentenceOf, isAbort } from './problem';
export { type Clock, systemClock, sleep, abortError } from './clock';
export { holds, touch, tryLock, unlock, whileLocked, lockState, type FileLock } from './fileLock';
