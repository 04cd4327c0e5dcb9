import type { OpenStackError } from '../../openstack';

interface Meaning {
  readonly says: RegExp;
  readonly what: string;
  readonly next: string;
}

/**
 * What the reservation service's refusals mean. It is matched by its sentence, not by its status: the same refusal
 * comes as 400, 403, 409 or 500 at different sites (Blazar `manager/exceptions.py`, `enforcement/*`; the portal's
 * `balance_service`). First match wins.
 */
const MEANINGS: readonly Meaning[] = [
  {
    says: /Not enough hosts available|Not enough resources available/i,
    what: 'No node is free for that whole time: somebody else has booked it, or no node fits what was asked for.',
    next: 'Try an earlier end, another time or another node type.',
  },
  {
    says: /Not enough floating IPs available/i,
    what: 'No floating IP is left to reserve for that whole time.',
    next: 'Reserve without the floating IP (or set its amount to 0) and take one when the server runs.',
  },
  {
    says: /Not enough (networks|devices) available/i,
    what: 'No network or device is free for that whole time.',
    next: 'Try another time, or ask for fewer.',
  },
  {
    says: /Lease duration of .* must be less than or equal to the maximum/i,
    what: 'The lease would be longer than the site allows (7 days for bare metal and GPUs).',
    next: 'Choose an end within the limit.',
  },
  {
    says: /can only be extended within/i,
    what: 'It is too early to extend: the site allows it only in the last hours of a lease (usually 48).',
    next: 'Try again later; the countdown will remind you.',
  },
  {
    says: /left in user budget/i,
    what: 'Your own budget of service units in this project is used up.',
    next: 'Ask the PI of the project (in a course: the staff) to raise it.',
  },
  {
    says: /would spend [\d.,]+ (?:more )?SUs, only/i,
    what: 'The project has too few service units left for that.',
    next: 'Choose a shorter time, or tell the course staff.',
  },
  {
    says: /beyond Chameleon project expiration date/i,
    what: "The project's allocation ends before that.",
    next: 'Choose an earlier end, or ask the PI to renew the allocation.',
  },
  {
    says: /Wrong number of ongoing charges/i,
    what: "The testbed's accounting is confused about this lease.",
    next: "Write to Chameleon's help desk and name the lease.",
  },
  {
    says: /External service enforcement filter denied/i,
    what: "The testbed's accounting service does not answer, so nothing can be reserved or extended now.",
    next: 'Try again in a few minutes.',
  },
  {
    says: /(?:Updating leases for 'flavor:instance'|Flavor-based reservation update).*not yet supported/i,
    what: 'This site cannot change a reservation of a flavor, so the lease cannot be extended.',
    next: 'Make a new lease for the time after this one, and save your work before this one ends.',
  },
  {
    says: /Start date must be later than current date/i,
    what: 'The start lies in the past by the server’s clock.',
    next: 'Start “now” instead.',
  },
  {
    says: /End date must be later than start date/i,
    what: 'The end is no later than the start.',
    next: 'Choose a later end.',
  },
  {
    says: /End date must be later than current and start date/i,
    what: 'The end lies in the past by the server’s clock.',
    next: 'Choose a later end; to end the lease at once, use End Lease.',
  },
  {
    says: /Terminated leases can only be renamed/i,
    what: 'The lease has ended already.',
    next: 'Make a new lease.',
  },
  {
    says: /Cannot modify the start date of already started/i,
    what: 'The lease has started, so its start cannot move.',
    next: 'Change its end only.',
  },
  {
    says: /Policy doesn't allow/i,
    what: 'You may not do that to this lease: it belongs to another project, or needs an administrator.',
    next: 'Check that you are signed in to the right project.',
  },
  {
    says: /cannot be updated/i,
    what: 'That part of the lease cannot be changed any more.',
    next: 'Make a new lease.',
  },
  {
    says: /Invalid lease status/i,
    what: 'The lease is just changing its state.',
    next: 'Wait half a minute and try again.',
  },
  {
    says: /A database error occurred/i,
    what: 'The site knows no such node property.',
    next: 'Check the spelling of the node type or property.',
  },
  {
    says: /resource type is not supported/i,
    what: 'This site reserves nothing of that kind.',
    next: 'Choose something else, or another site.',
  },
  {
    says: /^Flavor .* could not be found/i,
    what: 'The site has no such flavor any more.',
    next: 'Choose another flavor.',
  },
  {
    says: /^Object with .*lease_id.* not found/i,
    what: 'The lease is not there any more: somebody has deleted it.',
    next: 'Make a new lease.',
  },
];

/** A bare refusal of a new lease: the first suspect is the credential, as Blazar makes a trust with it. */
const NO_TRUST: Meaning = {
  says: /^Internal Server Error$/i,
  what: 'The site gave no reason. Most often the application credential may not reserve: it was made without “Unrestricted”, or the site lets none of them.',
  next: 'Sign in by the browser, which always may; or make a new application credential with “Unrestricted” ticked.',
};

/** And of a change of one that is there. */
const NO_REASON: Meaning = {
  says: NO_TRUST.says,
  what: 'The site gave no reason for its refusal.',
  next: 'Look at the lease as it is now, and try again in a minute; if it stays so, tell the course staff.',
};

/**
 * What a refusal of the reservation service means, and what to do. Falls back on the error's own sentence.
 * @param refused a new lease, or a change of one that is there
 */
export function explainRefusal(
  error: OpenStackError,
  refused: 'new' | 'change' = 'new',
): { what: string; next: string } {
  const said = error.said?.trim() ?? '';
  const all = [...MEANINGS, refused === 'new' ? NO_TRUST : NO_REASON];
  const meaning = all.find(({ says }) => says.test(said));
  if (meaning !== undefined) return { what: meaning.what, next: meaning.next };
  return {
    what: error.message,
    next: error.next ?? 'Try again in a minute; if it stays so, tell the course staff what it says.',
  };
}
