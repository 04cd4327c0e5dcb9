import { randomBytes, randomUUID } from 'node:crypto';

/** Where new names of things come from. A world is new at each start: no host key of an old one fits its ids. */
export interface Ids {
  /** As Nova, Neutron and Blazar name things: with dashes. */
  uuid(): string;
  /** As Keystone names things: 32 hex digits. */
  hex(): string;
  secret(): string;
  /** Of a network card, in the range that Neutron gives out. */
  mac(): string;
}

export const randomIds: Ids = {
  uuid: () => randomUUID(),
  hex: () => randomBytes(16).toString('hex'),
  secret: () => randomBytes(32).toString('base64url'),
  mac: () => `fa:16:3e:${[...randomBytes(3)].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`,
};
