import { abortError, isAbort, Problem } from '../base';
import { labelOf, me } from '../chameleon';
import { fill, namesOf, Unbound, type Bindings } from './bind';
import { idsIn, NO_EVIDENCE, stillHolds, type Evidence, type KeptCheck } from './evidence';
import { valueOf, WrongForm, type Json } from './expression';
import { firstFault, hintOf } from './judge';
import { Lanes, placeOf, siteOfCheck } from './lanes';
import { missingParameter } from './missing';
import { dependencies } from './order';
import { ask } from './probes/ask';
import { Asked } from './probes/openstack';
import { names, Unseen } from './probes/unseen';
import { inVariant, sharedChecks, variantInForce, variantsThatFit } from './variants';
import type { CheckResult, Lab, LabCheck, LabRun, LabStep, UnknownCause } from './types';
import type { EvidenceKey, RunRequest } from './world';

const DONE: readonly CheckResult['verdict'][] = ['passed', 'passed earlier'];

/**
 * Runs a lab's checks, side by side as far as they do not need one another. Anything unexpected is `unknown`, never
 * `passed`.
 * @throws Problem for a parameter of the wrong form; AbortError on a cancel, with what was seen so far kept and told
 */
export async function runLab(request: RunRequest): Promise<LabRun> {
  const { lab, parameters, evidence } = request;
  judgeParameters(lab, parameters);
  const key = evidenceKey(request);
  const before = (await evidence.load(key)) ?? NO_EVIDENCE;
  const fitting = variantsThatFit(lab, withDefaults(lab, parameters), request.world.inventory);
  const variant = variantInForce(lab, judgedVariant(request), fitting, before.variant);
  const run = new Run(request, before, variant);
  const withChecks = (checks: readonly CheckResult[]): LabRun => ({
    lab: lab.id,
    edition: lab.edition,
    variant: variant.told ? variant.key : undefined,
    parameters,
    checks,
  });
  try {
    return withChecks(await run.all());
  } finally {
    request.onEnd?.(withChecks(run.seen));
    const seen = run.evidence;
    if (seen !== undefined) await evidence.save(key, seen);
  }
}

function judgeParameters(lab: Lab, parameters: Readonly<Record<string, string>>): void {
  for (const [name, parameter] of Object.entries(lab.parameters)) {
    const value = parameters[name];
    if (value !== undefined && !new RegExp(`^(?:${parameter.pattern})$`, 'u').test(value))
      throw new Problem(`“${value}” is no ${parameter.title} (${name}).`, {
        next: parameter.description ?? 'Check how it is spelt.',
      });
  }
}

function judgedVariant({ lab, variant }: RunRequest): string | undefined {
  if (variant === undefined || lab.variants[variant] !== undefined) return variant;
  const known = Object.keys(lab.variants);
  throw new Problem(`${lab.title} has no variant “${variant}”.`, {
    next: known.length === 0 ? 'It is done in one way.' : `There are: ${known.join(', ')}.`,
  });
}

function evidenceKey({ lab, subject, world, parameters }: RunRequest): EvidenceKey {
  const site = world.inventory.sites.find((each) => lab.sites.includes(each.site.name));
  const person = subject.kind === 'me' ? me(world.inventory) : subject.person;
  return {
    project: site?.project?.id ?? '',
    person: `${labelOf(person)} ${Object.entries(parameters).sort().join(' ')}`,
    lab: lab.id,
  };
}

/** What a probe of a check gave, before kept evidence has its say. */
interface Answer {
  readonly verdict: 'passed' | 'failed' | 'unknown' | 'manual';
  readonly cause?: UnknownCause;
  readonly reason: string;
  readonly next?: string | undefined;
  readonly saved: Readonly<Record<string, Json>>;
}

class Run {
  readonly #request: RunRequest;
  /** As it is in the variant in force. */
  readonly #lab: Lab;
  readonly #variant: string | undefined;
  /** The checks that can be judged; undefined: all. */
  readonly #judgeable: ReadonlySet<string> | undefined;
  readonly #bindings: Bindings & { readonly saved: Record<string, Json> };
  readonly #before: Evidence;
  readonly #kept: Record<string, KeptCheck>;
  readonly #asked = new Asked();
  readonly #results = new Map<string, Promise<CheckResult>>();
  readonly #seen: CheckResult[] = [];
  readonly #lanes = new Lanes();
  #changed = false;

  constructor(
    request: RunRequest,
    before: Evidence,
    variant: { readonly key: string | undefined; readonly told: boolean },
  ) {
    this.#request = request;
    this.#lab = inVariant(request.lab, variant.key);
    this.#variant = variant.told ? variant.key : undefined;
    this.#judgeable = variant.told ? undefined : sharedChecks(request.lab);
    const vars = request.lab.variants[variant.key ?? '']?.vars ?? {};
    const param = withDefaults(request.lab, request.parameters);
    this.#before = before;
    this.#kept = { ...before.checks };
    this.#bindings = { param, name: namesOf(request.lab.names, param, vars), saved: {}, variant: vars };
  }

  /** The answers so far. */
  get seen(): readonly CheckResult[] {
    return [...this.#seen];
  }

  /** What is to be kept; undefined if nothing changed. */
  get evidence(): Evidence | undefined {
    if (!this.#changed) return undefined;
    const variant = this.#variant === undefined ? {} : { variant: this.#variant };
    return { version: 1, ...variant, checks: this.#kept };
  }

  async all(): Promise<CheckResult[]> {
    const { only } = this.#request;
    const lab = this.#lab;
    const order = dependencies(lab);
    const wanted = only === undefined ? undefined : closure(only, order);
    const entries = lab.steps.flatMap((step) => step.checks.map((check) => ({ step, check })));
    for (const { step, check } of entries) {
      if (wanted !== undefined && !wanted.has(check.id)) continue;
      const before = (order.get(check.id) ?? []).flatMap((id) => this.#results.get(id) ?? []);
      const result = Promise.all(before).then((needed) => this.#judged(step, check, needed));
      // A cancel rejects many of them; the first one that is waited for tells.
      result.then(
        (each) => this.#see(each),
        () => undefined,
      );
      this.#results.set(check.id, result);
    }
    return Promise.all([...this.#results.values()]);
  }

  #see(result: CheckResult): void {
    this.#seen.push(result);
    this.#request.onResult?.(result);
  }

  async #judged(step: LabStep, check: LabCheck, needed: readonly CheckResult[]): Promise<CheckResult> {
    if (this.#request.signal.aborted) throw abortError();
    const site = siteOfCheck(this.#lab, check);
    const answer = await this.#answer(check, needed);
    Object.assign(this.#bindings.saved, answer.saved);
    const now = this.#now(site);
    const result = (verdict: CheckResult['verdict'], reason: string, seenAt: number): CheckResult => ({
      id: check.id,
      step: step.id,
      title: check.title,
      site,
      about: check.about,
      verdict,
      cause: verdict === 'unknown' ? answer.cause : undefined,
      reason,
      ...(verdict === 'unknown' && answer.next !== undefined ? { next: answer.next } : {}),
      hint: hintOf(check, this.#bindings),
      seenAt,
      optional: check.optional,
    });
    if (answer.verdict === 'passed' && check.keep) this.#keep(check, answer, now);
    const kept = answer.verdict === 'passed' ? undefined : this.#earlier(check);
    if (kept === undefined) return result(answer.verdict, answer.reason, now);
    for (const [key, value] of Object.entries(kept.saved)) this.#bindings.saved[key] ??= value as Json;
    return result('passed earlier', `${kept.reason} Now: ${answer.reason}`, kept.seenAt);
  }

  #keep(check: LabCheck, answer: Answer, seenAt: number): void {
    this.#kept[check.id] = {
      seenAt,
      reason: answer.reason,
      saved: { ...answer.saved },
      ids: idsIn(this.#bindings.saved),
    };
    this.#changed = true;
  }

  /** Kept evidence of this attempt. That of an earlier attempt is dropped. */
  #earlier(check: LabCheck): KeptCheck | undefined {
    const kept = check.keep ? this.#before.checks[check.id] : undefined;
    if (kept === undefined || stillHolds(kept, this.#bindings.saved)) return kept;
    delete this.#kept[check.id];
    this.#changed = true;
    return undefined;
  }

  async #answer(check: LabCheck, needed: readonly CheckResult[]): Promise<Answer> {
    if (check.probe.kind === 'manual') return { verdict: 'manual', reason: check.probe.confirm, saved: {} };
    if (this.#request.subject.kind === 'person' && check.about !== 'project')
      return unknown('notSubject', notSubject(check.about));
    const missing = needed.find((each) => !DONE.includes(each.verdict));
    if (missing !== undefined) return unknown('needs', `“${missing.title}” comes first.`);
    if (this.#judgeable?.has(check.id) === false)
      return unknown('notRun', 'Choose first which way of the lab you do.');
    const unbound = missingParameter(this.#lab, check, this.#bindings.param);
    if (unbound !== undefined) return unknown('notRun', `The ${unbound} is not known.`);
    const leave = await this.#lanes.enter(placeOf(this.#lab, check), this.#request.signal);
    try {
      return this.#judge(check, await this.#probe(check));
    } catch (thrown) {
      if (isAbort(thrown) && this.#request.signal.aborted) throw thrown;
      if (thrown instanceof Unseen) return unknown(thrown.unknown, thrown.message, thrown.next);
      if (thrown instanceof WrongForm || thrown instanceof Unbound)
        return unknown('badAnswer', thrown.message);
      return unknown('badAnswer', 'Something went wrong while looking; the log says more.');
    } finally {
      leave();
    }
  }

  #judge(check: LabCheck, root: Record<string, Json>): Answer {
    const fault = impliedFault(check, root) ?? firstFault(check.expect, root, this.#bindings);
    if (fault !== undefined) return { verdict: 'failed', reason: fault, saved: {} };
    const saved: Record<string, Json> = {};
    for (const [key, expression] of Object.entries(check.save)) {
      const value = valueOf(expression, root);
      if (value === null) throw new WrongForm('The answer lacks what later checks need.');
      saved[key] = value;
    }
    const known = { ...this.#bindings, saved: { ...this.#bindings.saved, ...saved } };
    const reason = check.seen === undefined ? 'As the lab wants it.' : fill(check.seen, known, 'plain');
    return { verdict: 'passed', reason, saved };
  }

  async #probe(check: LabCheck): Promise<Record<string, Json>> {
    const { world, signal } = this.#request;
    const bindings = this.#bindings;
    const root = await ask(check, { lab: this.#lab, world, bindings, asked: this.#asked }, signal);
    const now = new Date(this.#now(siteOfCheck(this.#lab, check))).toISOString();
    const fields = root !== null && typeof root === 'object' && !Array.isArray(root) ? root : {};
    const { param, name, saved, variant } = bindings;
    return { ...fields, param, name, saved: { ...saved }, variant, now };
  }

  #now(site: string | undefined): number {
    const { world } = this.#request;
    const offset = site === undefined ? 0 : (world.session(site)?.clockOffset ?? 0);
    return world.clock.now() + offset;
  }
}

function withDefaults(lab: Lab, parameters: Readonly<Record<string, string>>): Record<string, string> {
  const values: Record<string, string> = { ...parameters };
  for (const [name, { default: fallback }] of Object.entries(lab.parameters))
    if (values[name] === undefined && fallback !== undefined) values[name] = fallback;
  return values;
}

function closure(only: readonly string[], order: ReadonlyMap<string, readonly string[]>): Set<string> {
  const wanted = new Set<string>();
  const add = (id: string): void => {
    if (wanted.has(id)) return;
    wanted.add(id);
    for (const needed of order.get(id) ?? []) add(needed);
  };
  only.forEach(add);
  return wanted;
}

function unknown(cause: UnknownCause, reason: string, next?: string): Answer {
  return { verdict: 'unknown', cause, reason, next, saved: {} };
}

function notSubject(about: LabCheck['about']): string {
  switch (about) {
    case 'person':
      return 'Only their own sign-in can tell: key pairs and tokens belong to a user.';
    case 'thisMachine':
      return 'Only their own computer can tell.';
    case 'host':
      return 'Only their own key opens the server.';
    case 'project':
      return 'This can’t be told for somebody else.';
  }
}

/** A status or exit code that a check does not name never passes. */
function impliedFault(check: LabCheck, root: Readonly<Record<string, Json>>): string | undefined {
  const { status, exit } = root;
  const { kind } = check.probe;
  if (
    (kind === 'ssh' || kind === 'zun') &&
    exit !== undefined &&
    exit !== 0 &&
    exit !== null &&
    !names(check.expect, 'exit')
  )
    return `The command ended with exit code ${JSON.stringify(exit)}.`;
  const good = typeof status === 'number' && status >= 200 && status < 300;
  if (status === undefined || good || names(check.expect, 'status')) return undefined;
  if (kind === 'zun') return 'There is no container of that name.';
  if (kind !== 'http' && kind !== 'forward') return undefined;
  return status === 0 ? 'Nothing listens there.' : `It answered ${JSON.stringify(status)}.`;
}
