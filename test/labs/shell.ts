import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CheckResult, LabCheck } from '../../src/labs';
import { Bench } from './bench';
import { says } from './changes';
import type { LabWorlds, RightWorld } from './world';

/** What is on a host: its files by their paths there, those of a container as `name:path`. */
export interface OnHost {
  readonly files?: Readonly<Record<string, string>>;
  /** By container: `running` or another state, and its log since the last start. */
  readonly containers?: Readonly<Record<string, { readonly status?: string; readonly log?: string }>>;
  /** The folder that is a clone with all of its files committed; the environment of the command. */
  readonly clone?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** `docker` of such a host: it runs in a container's folder, and knows state and log. */
const DOCKER = `#!/bin/sh
box() { [ -d "$ROOT/boxes/$1" ] || { echo "Error: No such container: $1" >&2; exit 1; }; }
case "$1" in
exec) box "$2"; [ "$(cat "$ROOT/boxes/$2.status")" = running ] || exit 1; shift 2; exec "$@" ;;
inspect) box "$4"; case "$3" in *StartedAt*) echo then ;; *) cat "$ROOT/boxes/$4.status" ;; esac ;;
logs) while [ $# -gt 1 ]; do shift; done; box "$1"; cat "$ROOT/boxes/$1.log" ;;
*) exit 64 ;;
esac
`;

/**
 * Runs the command of a check in a real shell on a host of these files, and judges what it says. Of a command's paths
 * those that begin at the root are in a folder of the test.
 */
export class ShellBench {
  readonly #bench: Bench;
  readonly #checks: readonly LabCheck[];

  constructor(worlds: LabWorlds) {
    this.#bench = new Bench(worlds);
    this.#checks = this.#bench.lab.steps.flatMap((step) => step.checks);
  }

  async sees(id: string, host: OnHost): Promise<CheckResult> {
    const probe = this.#checks.find((each) => each.id === id)?.probe;
    assert(probe?.kind === 'ssh', `${id} is no command`);
    const said = inShell(probe.run, host);
    const world = structuredClone(await this.#home(id));
    for (const each of this.#checks)
      if (each.probe.kind === 'ssh' && each.probe.run === probe.run) says(each.id, said, probe.host)(world);
    return this.#bench.verdict(world, id);
  }

  /** A right world in which the check passes by itself. */
  async #home(id: string): Promise<RightWorld> {
    for (const { after: _none, ...world } of this.#bench.worlds.worlds) {
      const { checks } = await this.#bench.run(world, { only: [id] });
      if (checks.some((each) => each.id === id && each.verdict === 'passed')) return world;
    }
    return assert.fail(`${id} passes in no right world`);
  }
}

interface Said {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

function inShell(command: string, host: OnHost): Said {
  const root = mkdtempSync(path.join(tmpdir(), 'shell-'));
  try {
    return run(command, root, host);
  } finally {
    rmSync(root, { recursive: true });
  }
}

function run(command: string, root: string, host: OnHost): Said {
  const home = path.join(root, 'home/cc');
  const bin = path.join(root, 'bin');
  for (const folder of [home, bin, path.join(root, 'boxes')]) mkdirSync(folder, { recursive: true });
  for (const [name, { status = 'running', log = '' }] of Object.entries(host.containers ?? {})) {
    mkdirSync(path.join(root, 'boxes', name));
    writeFileSync(path.join(root, 'boxes', `${name}.status`), `${status}\n`);
    writeFileSync(path.join(root, 'boxes', `${name}.log`), log);
  }
  for (const [file, text] of Object.entries(host.files ?? {})) {
    const place = path.join(root, file.replace(/^\w+:/, '').replace(/^~/, '/home/cc'));
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, text);
  }
  writeFileSync(path.join(bin, 'docker'), DOCKER);
  chmodSync(path.join(bin, 'docker'), 0o755);
  const rooted = command.replaceAll(/(?<=[\s"])(?=\/(?:home\/cc|app|etc)\/)/g, root);
  const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: home, ROOT: root, LC_ALL: 'C.UTF-8' };
  if (host.clone !== undefined) sh(COMMIT, { ...env, repo: host.clone }, home);
  return sh(rooted, { ...env, ...host.env }, home);
}

const COMMIT =
  'cd "$repo" && git init -q && git add . && git -c user.name=x -c user.email=x@y.z commit -qm files';

function sh(command: string, env: NodeJS.ProcessEnv, cwd: string): Said {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { env, cwd, encoding: 'utf8' });
  return { exit: status ?? -1, stdout, stderr };
}
