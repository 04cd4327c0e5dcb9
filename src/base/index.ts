export { Problem, sentenceOf, isAbort } from './problem';
export { type Clock, systemClock, sleep, abortError } from './clock';
export {
  hasEnded,
  holderName,
  holds,
  lockedBeside,
  lockState,
  oneByOne,
  touch,
  tryLock,
  unlock,
  whileLocked,
  type FileLock,
  type Guard,
} from './fileLock';
export { byText } from './order';
export { replaceFile } from './replaceFile';
export { ownTurn } from './turns';
