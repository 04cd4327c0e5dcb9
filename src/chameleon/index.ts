export type * from './types';
export { sites, siteByName, siteOf } from './sites';
export { readClouds, findClouds, type CloudPlaces, type FoundClouds } from './clouds';
export { netIdIn } from './names';
export { belongsTo, labelOf, me, peopleMatching, personNamed, type Myself } from './people';
export { InventorySource, type RefreshOptions, type SourceOptions } from './source';
export { partNames, type SiteReader } from './reader';
export { assemble, type CloudFacts, type RawParts } from './assemble';
export { InventoryPoll } from './poll';
export { endsWithLease, inTransition, isRunning, leaseToEndNext, timeLeft } from './lifecycle';
export { defaultThresholds, warningsDue, type WarningState } from './warnings';
export {
  deleteLease,
  endLeaseNow,
  extendLease,
  extensionCaution,
  type Extension,
  type ExtensionOutcome,
} from './extend';
export { explainRefusal } from './refusals';
