// @ts-check
/**
 * Loaded into the editor's processes before anything else (`node --import`): what is asked of the testbed's own hosts
 * is asked of the test's instead. ELSEWHERE is a JSON object, from the beginning of an address to another beginning;
 * from `tcp://host:port` to another for what is no HTTP.
 */
import net from 'node:net';
import process from 'node:process';

const real = globalThis.fetch;
/** @type {[string, string][]} */
const elsewhere = Object.entries(JSON.parse(process.env['ELSEWHERE'] ?? '{}'));
const testbed = /^https:\/\/[^/]*(chameleoncloud\.org|hpc\.ucar\.edu|northwestern\.edu|chi\.nrp\.ai)[:/]/;

/** @type {typeof fetch} */
const asked = (input, init) => {
  const url = typeof input === 'string' ? input : input instanceof URL ? input.href : input.url;
  const found = elsewhere.find(([from]) => url.startsWith(from));
  if (found !== undefined) return real(found[1] + url.slice(found[0].length), init);
  // No test talks to the testbed.
  if (testbed.test(url)) return Promise.reject(new TypeError('fetch failed'));
  return real(input, init);
};
Reflect.set(globalThis, 'fetch', asked);

const { connect } = net;
const there = new Map(elsewhere.map(([from, to]) => [from, new URL(to)]));
/** @param {any[]} args */
const connected = (...args) => {
  const [options] = args;
  const found = there.get(`tcp://${options?.host}:${options?.port}`);
  const moved = found && { ...options, host: found.hostname, port: Number(found.port) };
  return Reflect.apply(connect, net, found === undefined ? args : [moved, ...args.slice(1)]);
};
Reflect.set(net, 'connect', connected);
