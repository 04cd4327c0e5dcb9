import assert from 'node:assert/strict';
import { explainRefusal } from '../../../../src/chameleon';
import { createLease, listHosts, OpenStackError } from '../../../../src/openstack';
import { FakeCloud } from '../../openstack/fakeCloud';
import { recordedAnswer } from '../../openstack/recorded';

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
  ['End date must be later than current and start date', /end lies in the past/],
  ['Terminated leases can only be renamed', /ended already/],
  ['Cannot modify the start date of already started leases', /has started/],
  ["Updating leases for 'flavor:instance' type reservations is not yet supported", /cannot be extended/],
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

  it('a change that is refused without a reason is not laid to the credential', () => {
    const { what, next } = explainRefusal(refused('Internal Server Error'), 'change');
    assert.match(what, /gave no reason/);
    assert.doesNotMatch(`${what} ${next}`, /Unrestricted/);
    assert.match(next, /Look at the lease/);
  });
});

/** What a real Blazar answered, by the file of the recording, with its status. */
const RECORDED: readonly (readonly [string, number, RegExp, RegExp])[] = [
  ['blazar-lease-error-host-taken', 500, /No node is free/, /another time/],
  ['blazar-lease-error-not-enough-hosts', 500, /No node is free/, /another node type/],
  ['blazar-lease-error-flavor-too-many', 500, /No node is free/, /another time/],
  ['blazar-lease-update-error-conflict', 500, /No node is free/, /earlier end/],
  ['blazar-lease-error-floatingips', 400, /No floating IP is left/, /Reserve without/],
  ['blazar-lease-error-start-in-past', 400, /start lies in the past/, /now/],
  ['blazar-lease-error-end-before-start', 400, /end is no later/, /later end/],
  ['blazar-lease-update-error-past', 400, /end lies in the past/, /later end/],
  ['blazar-lease-update-flavor-extend', 409, /cannot change a reservation of a flavor/, /new lease/],
  ['blazar-lease-error-no-such-flavor', 404, /no such flavor/, /another flavor/],
  ['blazar-lease-error-resource-type', 500, /nothing of that kind/, /another site/],
  ['blazar-lease-error-missing-parameter', 400, /Missing parameter min/, /Refresh/],
  ['blazar-lease-update-404', 404, /not there any more/, /new lease/],
  ['blazar-lease-500-appcred-refused', 500, /Unrestricted/, /by the browser/],
  ['blazar-hosts-403', 403, /You may not/, /right project/],
];

describe('refusals as a real Blazar sends them', () => {
  for (const [name, status, what, next] of RECORDED)
    it(`${name.replace(/^blazar-/, '')}: its sentence and its next step`, async () => {
      const cloud = new FakeCloud(() => recordedAnswer(name, status));
      const asked =
        name === 'blazar-hosts-403'
          ? listHosts(cloud.session())
          : createLease(cloud.session(), { name: 'l', start: 'now', end: 0, reservations: [] });
      await assert.rejects(asked, (thrown: unknown) => {
        assert.ok(thrown instanceof OpenStackError);
        const explained = explainRefusal(thrown);
        assert.match(explained.what, what);
        assert.match(explained.next, next);
        return true;
      });
    });
});
