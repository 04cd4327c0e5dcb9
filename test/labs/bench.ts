import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  readLab,
  runLab,
  type CheckResult,
  type Evidence,
  type EvidenceStore,
  type Lab,
} from '../../src/labs';
import type { LabCheck, LabStep, ProbeSession, ProbeWorld } from '../../src/labs';
import { namesOf } from '../../src/labs/bind';
import { inVariant } from '../../src/labs/variants';
import type { RawAnswer, RawRequest } from '../../src/openstack';
import { cloudOf, type Cloud } from './cloud';
import { hostsOf, MARK, MARKED_PORT } from './host';
import { mutationsOf, partial, type Mutation, type Part } from './mutations';
import type { LabWorlds, RightWorld } from './world';

const folder = path.join(import.meta.dirname, '../../media/labs');
const MARKED_QUERY = 'tapped';

/** The lab of a file in `media/labs`. */
export function labOf(id: string): Lab {
  const file = `${id}.lab.yaml`;
  const reading = readLab(readFileSync(path.join(folder, file), 'utf8'), file);
  assert('lab' in reading, JSON.stringify(reading));
  return reading.lab;
}

/** A check as it is in one variant. */
export interface Row {
  readonly check: LabCheck;
  readonly step: LabStep;
  readonly variant: string | undefined;
}

/** The different forms of each check over the variants, without those that nobody can see from outside. */
export function rowsOf(lab: Lab): Row[] {
  const variants = Object.keys(lab.variants);
  const seen = new Set<string>();
  const ways = variants.length === 0 ? [undefined] : variants;
  return ways.flatMap((variant) =>
    inVariant(lab, variant).steps.flatMap((step) =>
      step.checks.flatMap((check) => {
        const text = JSON.stringify(check);
        if (check.probe.kind === 'manual' || seen.has(text)) return [];
        seen.add(text);
        return [{ check, step, variant }];
      }),
    ),
  );
}

interface Options {
  readonly lab?: Lab;
  readonly only?: readonly string[];
  readonly mutation?: Mutation;
}

/** Runs a lab's checks in its plain worlds. */
export class Bench {
  readonly lab: Lab;
  readonly worlds: LabWorlds;
  readonly #clouds = new Map<string, Promise<Cloud>>();
  readonly #before = new Map<string, Promise<Evidence | undefined>>();

  constructor(worlds: LabWorlds) {
    this.lab = labOf(worlds.id);
    this.worlds = worlds;
  }

  /** The right world of that name; the first one without a name. */
  right(name: string | undefined): RightWorld {
    const found =
      name === undefined ? this.worlds.worlds[0] : this.worlds.worlds.find((each) => nameOf(each) === name);
    assert(found !== undefined, `there is no world “${name}” of ${this.lab.id}`);
    return found;
  }

  /** A copy of a right world with a change in it. */
  changed(world: RightWorld, change: (world: RightWorld) => void): RightWorld {
    const copy = structuredClone(world);
    change(copy);
    assert.notDeepEqual(copy, world, 'the change changes nothing');
    return copy;
  }

  async run(
    world: RightWorld,
    options: Options = {},
  ): Promise<{ checks: readonly CheckResult[]; variant: string | undefined }> {
    const lab = options.lab ?? this.lab;
    return runLab({
      lab,
      parameters: world.parameters,
      ...(world.variant === undefined ? {} : { variant: world.variant }),
      world: await this.probes(world, options.mutation),
      subject: { kind: 'me' },
      evidence: storeOf(await this.#evidenceBefore(world)),
      ...(options.only === undefined ? {} : { only: options.only }),
      signal: new AbortController().signal,
    });
  }

  async verdict(world: RightWorld, id: string, options: Options = {}): Promise<CheckResult> {
    const { checks } = await this.run(world, { ...options, only: [id] });
    const found = checks.find((each) => each.id === id);
    assert(found !== undefined, `no check ${id} in ${world.variant ?? 'the lab'}`);
    return found;
  }

  async cloud(world: RightWorld): Promise<Cloud> {
    const { parameters, now, inventory, openstack, zun, variant } = world;
    const key = JSON.stringify([parameters, now, inventory, openstack, zun, variant]);
    const cloud = this.#clouds.get(key) ?? cloudOf(world, this.lab);
    this.#clouds.set(key, cloud);
    return cloud;
  }

  async probes(world: RightWorld, mutation?: Mutation): Promise<ProbeWorld> {
    const cloud = await this.cloud(world);
    return {
      inventory: cloud.inventory,
      clock: cloud.clock,
      session: (site) => tapped(cloud.session(site), mutation),
      ...hostsOf(world, this.lab, cloud, mutation?.tap),
    };
  }

  /** The mutations of a check that change something in its world. */
  mutations({ check, step }: Row, world: RightWorld, part?: Part): Mutation[] {
    const vars = this.lab.variants[world.variant ?? '']?.vars ?? {};
    const known = [
      ...Object.values(namesOf(this.lab.names, world.parameters, vars)),
      ...Object.values(world.parameters),
    ];
    const mutations = mutationsOf(partial(check, part), step, known);
    if (part === undefined || !('host' in part)) return mutations;
    const { host } = part;
    return mutations.map(({ tap, ...rest }) => ({ ...rest, ...(tap && { tap: { ...tap, host } }) }));
  }

  async #evidenceBefore(world: RightWorld): Promise<Evidence | undefined> {
    if (world.after === undefined) return undefined;
    const known = this.#before.get(world.after) ?? this.#keep(this.right(world.after));
    this.#before.set(world.after, known);
    return known;
  }

  async #keep(world: RightWorld): Promise<Evidence | undefined> {
    let kept = await this.#evidenceBefore(world);
    await runLab({
      lab: this.lab,
      parameters: world.parameters,
      ...(world.variant === undefined ? {} : { variant: world.variant }),
      world: await this.probes(world),
      subject: { kind: 'me' },
      evidence: {
        load: () => Promise.resolve(kept),
        save: (_key, evidence) => {
          kept = evidence;
          return Promise.resolve();
        },
      },
      signal: new AbortController().signal,
    });
    return kept;
  }
}

/** A world's own name. */
export function nameOf({ name, variant }: RightWorld): string {
  return name ?? variant ?? 'right';
}

function storeOf(evidence: Evidence | undefined): EvidenceStore {
  return { load: () => Promise.resolve(evidence), save: () => Promise.resolve() };
}

function tapped(session: ProbeSession | undefined, mutation: Mutation | undefined): ProbeSession | undefined {
  const { raw } = mutation ?? {};
  if (session === undefined) return undefined;
  return {
    clockOffset: session.clockOffset,
    raw: async (request): Promise<RawAnswer> => {
      const answer = await session.raw(unmarked(request));
      return raw !== undefined && isMarked(request) ? raw(answer) : answer;
    },
  };
}

function isMarked({ service, method, path, query }: RawRequest): boolean {
  // A command in a container is spoilt where it is run, its record where it is listed.
  if (service === 'container') return method === 'POST' || !path.includes(MARK);
  return query?.[MARKED_QUERY] !== undefined;
}

function unmarked(request: RawRequest): RawRequest {
  const { [MARKED_QUERY]: _mark, ...query } = request.query ?? {};
  return { ...request, query };
}

/** The lab with one check's question marked, or another call of it, so that only that answer is spoilt. */
export function markedLab(lab: Lab, id: string, part?: Part): Lab {
  return {
    ...lab,
    steps: lab.steps.map((step) => ({
      ...step,
      checks: step.checks.map((check) =>
        check.id === id ? { ...check, probe: marked(check.probe, part) } : check,
      ),
    })),
  };
}

function marked(probe: LabCheck['probe'], part: Part): LabCheck['probe'] {
  switch (probe.kind) {
    case 'openstack': {
      if (part === undefined || !('call' in part)) return { ...probe, query: markedQuery(probe.query) };
      const call = probe.with[part.call];
      assert(call !== undefined, `no call ${part.call}`);
      return { ...probe, with: { ...probe.with, [part.call]: { ...call, query: markedQuery(call.query) } } };
    }
    case 'ssh':
      return { ...probe, run: `${probe.run}${MARK}` };
    case 'forward':
    case 'tcp':
      return { ...probe, port: probe.port + MARKED_PORT };
    case 'http':
      return { ...probe, url: `${probe.url}${MARK}` };
    case 'jupyter':
      return { ...probe, notebook: `${probe.notebook}${MARK}` };
    case 'local':
      return { ...probe, file: `${probe.file}${MARK}` };
    case 'zun':
    case 'manual':
      return probe;
  }
}

function markedQuery(query: Readonly<Record<string, string>>): Record<string, string> {
  return { ...query, [MARKED_QUERY]: '1' };
}
