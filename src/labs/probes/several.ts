import type { Json } from '../expression';

type Answer = Readonly<Record<string, Json>>;

/**
 * The answer of the first host, and under `hosts` those of all, each with the host's name. `exit` is the first that is
 * not 0: a command that failed anywhere has failed.
 */
export async function onEach(hosts: readonly string[], ask: (host: string) => Promise<Json>): Promise<Json> {
  const answers = await Promise.all(
    hosts.map(async (host): Promise<Answer> => ({ ...answerOf(await ask(host)), host })),
  );
  const refused = answers.find(({ login }) => login === false);
  const failed = answers.find(({ exit }) => exit !== 0);
  const { exit = null, login = null } = refused ?? failed ?? answers[0] ?? {};
  return { ...answers[0], exit, login, hosts: answers };
}

/** An answer, with those of other calls under `with`. Where one of them is not to be had, there is no answer at all. */
export async function together<Call>(
  answer: Promise<Json>,
  calls: Readonly<Record<string, Call>>,
  ask: (call: Call) => Promise<Json>,
): Promise<Json> {
  const others = Object.entries(calls).map(async ([key, call]) => [key, await ask(call)] as const);
  const [own, ...rest] = await Promise.all([answer, ...others]);
  return rest.length === 0 ? own : { ...answerOf(own), with: Object.fromEntries(rest) };
}

function answerOf(answer: Json): Answer {
  return answer !== null && typeof answer === 'object' && !Array.isArray(answer) ? answer : {};
}
