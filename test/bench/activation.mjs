// @ts-check
/**
 * Loaded into the extension host (`node --import`): what the processor spends on reading the extension and on its
 * `activate`, written to ACTIVATION, ms. The editor's own list of running extensions says how long both took while a
 * dozen others started at the same time.
 */
import { writeFileSync } from 'node:fs';
import Module from 'node:module';
import process from 'node:process';

const file = process.env['ACTIVATION'];
const isHost = process.argv.some((each) => each.includes('type=extensionHost'));
if (file !== undefined && isHost) measure(file);

/** @param {string} into */
function measure(into) {
  /** @type {(...args: unknown[]) => Record<string, unknown>} */
  const load = Reflect.get(Module, '_load');
  let isRead = false;
  Reflect.set(Module, '_load', (/** @type {unknown[]} */ ...args) => {
    if (isRead || !/chameleon-labs[^/]*\/dist\/extension\.js$/.test(String(args[0]))) return load(...args);
    isRead = true;
    const [extension, reading] = timed(() => load(...args));
    const { activate } = extension;
    if (typeof activate !== 'function') return extension;
    const start = (/** @type {unknown[]} */ ...given) => {
      const [api, starting] = timed(() => activate(...given));
      writeFileSync(into, JSON.stringify(reading + starting));
      return api;
    };
    return { ...extension, activate: start };
  });
}

/** @template T @param {() => T} run @returns {[T, number]} with the processor's time, ms */
function timed(run) {
  const before = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(before);
  return [result, (user + system) / 1000];
}
