import assert from 'node:assert/strict';
import { explainRefusal } from '../../../../src/chameleon';
import { OpenStackError } from '../../../../src/openstack';

const refused = (said: string): OpenStackError =>
  new OpenStackError(`Blazar says: ${said}`, {
    kind: 'serverFault',
    service: 'reservation',
    status: 500,
    said,
  });

/** The sentences that Blazar and the testbed's filters send, and a word of what we make of each. */
const SENTENCES: readonly (readonly [string, RegExp])[] = [
  ['Not enough hosts available', /No node is free/],
  ['Not enough resources available with query []', /No node is free/],
  ['Not enough floating IPs available', /No floating IP/],
  ['Not enough networks available', /network or device/],
  ['Not enough devices available', /network or device/],
  [
    'Lease duration of 700000 seconds must be less than or equal to the maximum lease duration of 604800 seconds.',
    /longer than the site allows/,
  ],
  ['Lease can only be extended within 172800 seconds of the leases current end time.', /too early/],
  ['Reservation for project CHI-251409 would spend 10.00 SUs, only 2.00 left', /project has too few/],
  ['Reservation for user u1 would spend 10.00 SUs, only 2.00 left in user budget', /own budget/],
  ['Reservation update would spend 10.00 more SUs, only 2.00 left', /project has too few/],
  ['Cannot create a lease beyond Chameleon project expiration date. Please ask your PI', /allocation ends/],
  ['Wrong number of ongoing charges: 2', /accounting is confused/],
  ['External service enforcement filter denied the request.', /accounting service does not answer/],
  ['Start date must be later than current date', /start lies in the past/],
  ["Policy doesn't allow blazar:leases:put to be performed", /may not do that/],
  ['start_date cannot be updated', /cannot be changed/],
  ['Invalid lease status.', /changing its state/],
  ['A database error occurred', /no such node property/],
  ['Internal Server Error', /Unrestricted/],
];

describe('refusals of the reservation service', () => {
  for (const [said, means] of SENTENCES)
    it(`“${said.slice(0, 50)}” has its sentence and its next step`, () => {
      const { what, next } = explainRefusal(refused(said));
      assert.match(what, means);
      assert.ok(next.length > 10);
      assert.ok(!what.includes(said), 'the raw sentence is not repeated');
    });

  it('an unknown one keeps its own words and still has a next step', () => {
    const { what, next } = explainRefusal(refused('Something new'));
    assert.match(what, /Something new/);
    assert.ok(next.length > 10);
  });
});
