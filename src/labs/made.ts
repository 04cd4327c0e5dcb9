import { quoted } from '../ssh';
import { environmentOf, fill, usesVariable, namesOf, Unbound, type Bindings } from './bind';
import type { Lab, LabLaunch } from './types';
import { inVariant } from './variants';

/** A server that a lab wants, with all its texts filled in. */
export type FilledLaunch = Pick<LabLaunch, 'image' | 'networks' | 'securityGroups' | 'floatingIp'> & {
  readonly name: string;
  /** The lease's name; `undefined`: the lab launches without one. */
  readonly lease: string | undefined;
  readonly site: string;
  readonly userData: string | undefined;
};

/**
 * The servers that a lab (in a variant, where it has some) wants launched.
 * @param lab as its file has it
 * @throws Unbound where a parameter is missing
 */
export function launchesOf(
  lab: Lab,
  parameters: Readonly<Record<string, string>>,
  variant: string | undefined,
): FilledLaunch[] {
  const here = inVariant(lab, variant);
  const bindings = bindingsOf(lab, parameters, variant);
  const filled = (text: string): string => fill(text, bindings, 'plain');
  return here.launch.map((each) => ({
    name: filled(each.name),
    lease: each.lease === undefined ? undefined : filled(each.lease),
    site: each.site === undefined ? (here.sites[0] ?? '') : filled(each.site),
    image: filled(each.image),
    networks: each.networks.map(filled),
    securityGroups: each.securityGroups.map((group) => ({ ...group, name: filled(group.name) })),
    floatingIp: each.floatingIp,
    userData: each.userData === undefined ? undefined : withValues(each.userData, lab, bindings),
  }));
}

/**
 * A script with the values that it names as variables after its first line, each quoted whole.
 * @throws Unbound
 */
function withValues(script: string, lab: Lab, bindings: Bindings): string {
  const values = environmentOf(bindings);
  const known = [
    ...Object.keys(lab.parameters),
    ...Object.keys(lab.names).map((name) => `name_${name}`),
    ...Object.keys(bindings.variant).map((name) => `variant_${name}`),
  ];
  const lines = known
    .filter((name) => usesVariable(name, script))
    .map((name) => {
      const value = values[name];
      if (value === undefined) throw new Unbound(name);
      return `\n${name}=${quoted(value)}`;
    });
  return script.replace(/$/m, () => lines.join(''));
}

/**
 * The exact names under which a lab makes things, in whichever variant, and the sites where: what its clean-up takes
 * away. A name that lacks a parameter is left out.
 */
export function namesMade(
  lab: Lab,
  parameters: Readonly<Record<string, string>>,
): { readonly names: ReadonlySet<string>; readonly sites: readonly string[] } {
  const ways = [undefined, ...Object.keys(lab.variants)];
  const names = ways.flatMap((variant) => {
    const here = inVariant(lab, variant);
    const bindings = bindingsOf(lab, parameters, variant);
    const templates = [
      ...Object.values(here.hosts).flatMap(({ server }) => (server === undefined ? [] : [server])),
      ...here.reserve.map(({ name }) => name),
      ...here.launch.map(({ name }) => name),
    ];
    return [...Object.values(bindings.name), ...templates.flatMap((text) => known(text, bindings))];
  });
  const sites = ways.flatMap((variant) => inVariant(lab, variant).sites);
  return { names: new Set(names.filter((name) => name !== '')), sites: [...new Set(sites)] };
}

function bindingsOf(
  lab: Lab,
  param: Readonly<Record<string, string>>,
  variant: string | undefined,
): Bindings {
  const vars = variant === undefined ? {} : (lab.variants[variant]?.vars ?? {});
  return { param, name: namesOf(lab.names, param, vars), saved: {}, variant: vars };
}

function known(template: string, bindings: Bindings): string[] {
  try {
    return [fill(template, bindings, 'plain')];
  } catch (thrown) {
    if (thrown instanceof Unbound) return [];
    throw thrown;
  }
}
