import { slotsOf } from './bind';
import type { Lab, LabCheck } from './types';

/** The title of a parameter that a check hangs on and nobody told; undefined if there is none. */
export function missingParameter(
  lab: Lab,
  check: LabCheck,
  param: Readonly<Record<string, string>>,
): string | undefined {
  const untold = Object.keys(lab.parameters).filter((key) => param[key] === undefined);
  if (untold.length === 0) return undefined;
  const texts = [JSON.stringify([check.probe, check.expect, check.save]), ...hostsOf(lab, check)];
  const text = texts.join(' ');
  const names = Object.entries(lab.names)
    .filter(([key]) => new RegExp(`\\bname[._]${key}\\b`).test(text))
    .map(([, template]) => template);
  const used = new Set([
    ...slotsOf([text, ...names].join(' ')),
    ...[...text.matchAll(/\$(?:\.param\.)?([A-Za-z]\w*)/g)].map(([, key]) => key ?? ''),
  ]);
  const missing = untold.find((key) => used.has(key));
  return missing === undefined ? undefined : lab.parameters[missing]?.title.toLowerCase();
}

/** The templates of the hosts that it goes to and through. */
function hostsOf(lab: Lab, { probe }: LabCheck): string[] {
  const templates: string[] = [];
  const seen = new Set<string>();
  const go = (key: string | undefined): void => {
    if (key === undefined || seen.has(key)) return;
    seen.add(key);
    const host = lab.hosts[key];
    templates.push(host?.server ?? '', host?.address ?? '');
    go(host?.via);
  };
  if ('host' in probe) go(probe.host);
  if ('also' in probe) probe.also.forEach(go);
  return templates;
}
