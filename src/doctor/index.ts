export type * from './types';
export { causeOf, climb, type Reach } from './climb';
export { CLOUD_PARTS, type CloudFacts } from './cloudRungs';
export type { HeldKey } from './keyPairRung';
export type { ExpectedService } from './hostRungs';
export { opensSsh } from './securityGroupRung';
export { reportOf } from './report';
