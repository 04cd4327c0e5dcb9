export { nextHour, slotOf, type ClockRules, type Slot } from './slot';
export { machinesIn, planLease, type LeasePlan, type LeaseWish, type WishedResource } from './plan';
export { machineName, publicNetworkOf, slotOfDraft, wishOf, type LeaseDraft, type Machine } from './draft';
export { costOfLease, costOfWish, type LeaseCost, type Rates } from './cost';
export { awaitActive, checkMayReserve, reserveLease } from './reserve';
export {
  deleteLease,
  endLeaseNow,
  extendLease,
  extensionCaution,
  giveUpFloatingIps,
  renameLease,
  shortenLease,
  type ChangeOutcome,
} from './change';
export { type LeaseDifference } from './differences';
export { explainRefusal } from './refusals';
export { defaultThresholds, warningsDue, type WarningState } from './warnings';
