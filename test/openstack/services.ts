import { blazarVenv, script } from './start';

const quiet = (): void => undefined;

/** Ends one service of the lab; whoever calls it connects to nothing then. */
export async function stopService(...names: readonly string[]): Promise<void> {
  await script('stop.sh', quiet, {}, names);
}

/** Starts whatever of the lab does not run; resolves when it answers. */
export async function startServices(env: Readonly<Record<string, string>> = {}): Promise<void> {
  await script('up.sh', quiet, { BLAZAR_VENV: await blazarVenv(quiet), ...env });
}
