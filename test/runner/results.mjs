// @ts-check
/** The outcome of a suite, as its reporter writes it. */
import { readFileSync } from 'node:fs';

/**
 * @typedef {object} Results
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {{ title: string, error: string }[]} failures
 * @property {boolean} isComplete false while the suite runs, and for ever if its process died
 */

/** A result of one test that is not mocha's. @param {string} title @param {string} [error] @returns {Results} */
export function single(title, error) {
  return error === undefined
    ? { passed: 1, failed: 0, skipped: 0, failures: [], isComplete: true }
    : { passed: 0, failed: 1, skipped: 0, failures: [{ title, error }], isComplete: true };
}

/**
 * Reads what a suite left. One that did not come to its end counts as a failure more, whatever passed before.
 * @param {string} file
 * @param {string} suite
 * @param {string} [stopped] how it did not end by itself
 * @returns {Results}
 */
export function readResults(file, suite, stopped) {
  /** @type {Results} */
  let results;
  try {
    results = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return single(suite, stopped ?? 'It ended before its first test.');
  }
  if (results.isComplete) return results;
  const died = { title: suite, error: stopped ?? 'It ended before its last test.' };
  return { ...results, failed: results.failed + 1, failures: [...results.failures, died] };
}

/** @param {Results[]} all @returns {Results} */
export function sum(all) {
  return {
    passed: all.reduce((total, { passed }) => total + passed, 0),
    failed: all.reduce((total, { failed }) => total + failed, 0),
    skipped: all.reduce((total, { skipped }) => total + skipped, 0),
    failures: all.flatMap(({ failures }) => failures),
    isComplete: true,
  };
}
