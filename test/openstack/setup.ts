/** The set-up of these suites: the lab installed, started and filled, where that is not so yet. */
import { script, startLab } from './start';

/** Idempotent: a lab that runs and is seeded is taken as it is. */
export async function up(): Promise<void> {
  await startLab((line) => {
    console.log(line);
  });
}

/** Nothing is stopped: a lab takes minutes to start and is shared by whoever works on this machine. */
export async function down(): Promise<void> {
  return Promise.resolve();
}

/** The lab as if it had never been started; what is installed stays. */
export async function wipe(): Promise<void> {
  await script('down.sh', console.log, {}, ['--wipe']);
}
