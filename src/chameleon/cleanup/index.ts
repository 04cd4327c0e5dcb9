export { planCleanUp, type CleanUpItem, type CleanUpKind, type CleanUpPlan, type CleanUpScope } from './plan';
export { cleanUp, type CleanUp, type CleanUpResult } from './execute';
