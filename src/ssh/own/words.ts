import { connectFailure, SshError, timedOut, type Peer } from '../problems';

/** What `ssh` said before it gave up, as an error with its next step. */
export function saidBySsh(
  stderr: string,
  target: Peer & { readonly user: string },
  pinned: string,
): SshError {
  const lines = stderr
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(debug\d|Warning: Permanently)/.test(line));
  const says = (pattern: RegExp): boolean => pattern.test(stderr);
  const as = (code: string): SshError => {
    const error = connectFailure(Object.assign(new Error(stderr), { code }), target);
    return error instanceof SshError ? error : timedOut(target);
  };
  if (says(/HOST IDENTIFICATION HAS CHANGED|Host key verification failed|host key is known/))
    return new SshError(
      'hostKeyChanged',
      `The host key of ${target.name} (${target.address}) is not the one it had${shown(stderr)}, before ${pinned}. Nothing was sent to it.`,
      {
        next: 'Either the server was rebuilt, or something else answers at its address. Compare with its console in Horizon; if it was rebuilt, forget its key.',
      },
    );
  if (says(/ssh-sk-helper|sk-helper|device not found|FIDO|signing failed for .*-SK/i))
    return new SshError(
      'noKey',
      `Your security key did not sign the login to ${target.name}: ${lines.at(0) ?? ''}`,
      {
        next: 'Plug it in and touch it when it blinks. If it asks for a PIN, add it to your agent once: ssh-add.',
      },
    );
  if (says(/Permission denied/))
    return new SshError(
      'auth',
      `Your own ssh has no key that is accepted for ${target.user} on ${target.name}.`,
      {
        next: 'The private key of the key pair that the server was launched with, or its certificate, must be in ~/.ssh or in your agent.',
      },
    );
  if (says(/Connection refused/)) return as('ECONNREFUSED');
  if (says(/timed out/i)) return as('ETIMEDOUT');
  if (says(/Could not resolve/)) return as('ENOTFOUND');
  if (says(/No route to host|unreachable/i)) return as('EHOSTUNREACH');
  return new SshError(
    'closed',
    `Your own ssh did not reach ${target.name}: ${lines.at(-1) ?? 'it gave no reason'}`,
    {
      next: 'Open a terminal on the server: it shows all that ssh says.',
    },
  );
}

function shown(stderr: string): string {
  const print = /SHA256:[A-Za-z0-9+/]{43}/.exec(stderr)?.[0];
  return print === undefined ? '' : `: now ${print}`;
}
