/**
 * Whose name is in a name. The course's rule: a resource ends with its student's net ID after a dash or an
 * underscore (`node1-cloud-ab1234`, `lease1_cloud_ab1234`), or, in a few labs, with the Chameleon user name
 * (`hello_chameleon-ab1234_nyu_edu`).
 */

/** Two or three letters and up to five digits, as the course's university makes them. */
const NET_ID = /^[a-z]{2,3}[0-9]{1,5}$/;
/** Words of the trade that look like a net ID: `gpu1`, `lab2`, `mi100`. With four digits only hardware does. */
const NOT_INITIALS = new Set(
  (
    'vm lab gpu cpu web db app api dev run job tmp net nic ssd hdd dns log os cc ip fip sg ex exp hw ml llm mlp etl ' +
    'rag ray sql k8 ci cd pr tf nfs day wk try new old aws py id no nr ver rel rc lo eth eno ens set box pod svc tag ' +
    'key img iso bak rev'
  ).split(' '),
);
const HARDWARE = new Set(['rtx', 'gtx', 'mi', 'gh', 'gb']);

/** The words of a name: what dashes, underscores, dots, colons, slashes, commas and spaces leave. */
function wordsOf(name: string): readonly string[] {
  return name.toLowerCase().match(/[a-z0-9]+/g) ?? [];
}

function looksLikeNetId(word: string): boolean {
  if (!NET_ID.test(word)) return false;
  const letters = word.replace(/[0-9]+$/, '');
  const digits = word.length - letters.length;
  if (HARDWARE.has(letters)) return false;
  return digits > 3 || !NOT_INITIALS.has(letters);
}

/**
 * The net ID that a name ends with, as a whole word and in small letters: `ab1234` of `node1-cloud-ab1234` and of
 * `hello_chameleon-ab1234_nyu_edu`; `undefined` for `node1`, `node-gpu1` and for a net ID in the middle.
 */
export function netIdIn(name: string): string | undefined {
  const words = wordsOf(name);
  const last = words.at(-1) === 'edu' ? words.at(-3) : words.at(-1);
  return last !== undefined && looksLikeNetId(last) ? last : undefined;
}

/** The project group that a name ends with (`proj99`), in small letters. */
export function groupIn(name: string): string | undefined {
  const last = wordsOf(name).at(-1);
  return last !== undefined && /^proj[0-9]{1,4}$/.test(last) ? last : undefined;
}

/**
 * True if a name ends with that net ID or user name as a whole: `ab123` is not in `node-ab1234`, `node1` not in
 * `node10`, and `student_a` is in `node-student_a` but not in `node-student_ab`.
 */
export function endsWithName(name: string, person: string): boolean {
  const whole = name.toLowerCase();
  const wanted = person.toLowerCase();
  if (wanted === '' || !whole.endsWith(wanted)) return false;
  const before = whole.at(-wanted.length - 1);
  return before === undefined || !/[a-z0-9]/.test(before);
}

/** Names that end (or, for the key pair of the site's Jupyter, begin) with the user name, not the net ID. */
const USERNAME_FORMS = [
  /^(?:hello_chameleon|lease-eval-online|lease-eval-offline|lease-data|node-mltrain)-(.+)$/i,
  /^(.+)-jupyter$/i,
];

/** The Chameleon user name that a lab's own naming puts into a name. */
export function usernameIn(name: string): string | undefined {
  for (const form of USERNAME_FORMS) {
    const found = form.exec(name)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}
