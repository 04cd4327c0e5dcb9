export { Problem, sentenceOf, isAbort } from './problem';
export { type Clock, systemClock, sleep, abortError } from './clock';
export {
  holderOf,
  holds,
  lockState,
  takeFrom,
  touch,
  tryLock,
  unlock,
  whileLocked,
  type FileLock,
} from './fileLock';
