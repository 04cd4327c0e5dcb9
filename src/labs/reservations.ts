import { fill, namesOf } from './bind';
import type { Lab, LabReservation } from './types';
import { inVariant } from './variants';

/** What a lab reserves, its texts filled in. */
export type FilledReservation = Omit<LabReservation, 'only'>;

/**
 * The leases of a lab in one of its variants, with the person's values in their names.
 * @throws Unbound where a text names what the parameters lack
 */
export function reservationsOf(
  lab: Lab,
  variant: string | undefined,
  parameters: Readonly<Record<string, string>>,
): readonly FilledReservation[] {
  const vars = variant === undefined ? {} : (lab.variants[variant]?.vars ?? {});
  const bindings = {
    param: parameters,
    name: namesOf(lab.names, parameters, vars),
    saved: {},
    variant: vars,
  };
  const filled = (text: string): string => fill(text, bindings, 'plain');
  return inVariant(lab, variant).reserve.map(({ only: _, ...each }) => ({
    ...each,
    name: filled(each.name),
    site: filled(each.site),
    flavor: each.flavor === undefined ? undefined : filled(each.flavor),
    nodeType: each.nodeType === undefined ? undefined : filled(each.nodeType),
    device: each.device === undefined ? undefined : filled(each.device),
  }));
}
