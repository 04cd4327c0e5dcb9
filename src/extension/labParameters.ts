import { abortError, Problem } from '../base';
import type { Lab } from '../labs';
import type { App } from './app';
import { ask, type Choice } from './ask';
import { PARAMETERS_STATE, VARIANTS_STATE } from './keys';

/**
 * What a lab wants to know: told by the inventory, kept from last time, or asked.
 * @param before that of the last run here, for a run: its evidence is filed by them
 * @throws Problem
 */
export async function parametersOf(
  app: App,
  lab: Lab,
  before?: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const { parametersFor } = await import('../labs');
  const kept = app.memory.get<Record<string, string>>(PARAMETERS_STATE, {});
  const demo: Record<string, string> =
    app.demo === undefined
      ? {}
      : {
          keyFile: app.demo.publicKeyFile,
          netID: app.demo.me.netId,
          username: app.demo.me.username,
          folder: app.demo.folder,
        };
  const told = {
    ...(app.demo === undefined ? kept : demo),
    // How things are named counts most: some type the net ID where a lab means the user name.
    ...parametersFor(lab, app.inventory, { kind: 'me' }, before),
  };
  const values: Record<string, string> = {};
  for (const [name, parameter] of Object.entries(lab.parameters)) {
    const value = told[name] ?? parameter.default ?? (await askFor(lab, name, parameter));
    // What is not known yet keeps only those checks from being asked that hang on it.
    if (value !== '') values[name] = value;
  }
  if (app.demo === undefined) await app.memory.update(PARAMETERS_STATE, { ...kept, ...values });
  return values;
}

async function askFor(lab: Lab, name: string, parameter: Lab['parameters'][string]): Promise<string> {
  const whole = new RegExp(`^(?:${parameter.pattern})$`, 'u');
  const text = await ask.text({
    title: lab.title,
    prompt: `${parameter.description ?? parameter.title} (Leave it empty if you can’t say yet.)`,
    check: (typed) =>
      typed.trim() === '' || whole.test(typed.trim())
        ? undefined
        : `That does not look like a ${parameter.title}.`,
  });
  if (text === undefined) throw new Problem(`The lab can't be checked without ${parameter.title} (${name}).`);
  return text.trim();
}

/**
 * Which way of a lab it is: told by what is deployed, else as last time, else asked once.
 * @param before that of the last run here
 * @returns undefined where the lab is done in one way, or what is deployed tells it
 * @throws AbortError when none was picked
 */
export async function variantFor(
  app: App,
  lab: Lab,
  parameters: Readonly<Record<string, string>>,
  before: string | undefined,
): Promise<string | undefined> {
  const keys = Object.keys(lab.variants);
  if (keys.length === 0) return undefined;
  const { variantsThatFit } = await import('../labs');
  const fitting = variantsThatFit(lab, parameters, app.inventory);
  if (fitting.length === 1) return fitting[0];
  const kept = app.memory.get<Record<string, string>>(VARIANTS_STATE, {});
  const among = fitting.length === 0 ? keys : fitting;
  const known = [before, kept[lab.id]].find((key) => key !== undefined && among.includes(key));
  if (known !== undefined) return known;
  const picked = await ask.pick(`Which way do you do ${lab.title}?`, wayChoices(lab, among));
  if (picked === undefined) throw abortError();
  await app.memory.update(VARIANTS_STATE, { ...kept, [lab.id]: picked });
  return picked;
}

/** The ways of a lab to choose from, with where each is done. @param keys some of its variants; all without it */
export function wayChoices(lab: Lab, keys = Object.keys(lab.variants)): Choice<string>[] {
  return keys.map((key) => ({
    label: lab.variants[key]?.title ?? key,
    description: lab.variants[key]?.sites.join(', ') ?? '',
    value: key,
  }));
}
