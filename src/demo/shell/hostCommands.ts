import type { Run } from './commands';
import { USER } from './host';
import { exits, fails, lines, optionsOf, quoted } from './outcomes';

const KERNEL = '6.8.0-45-generic';
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Commands that say something about the server. */
export const hostCommands: Readonly<Record<string, Run>> = {
  hostname: ({ shell }) => lines(shell.host.hostname),
  whoami: () => lines(USER),
  id: ({ args, shell }) => {
    const docker = shell.host.bench !== undefined;
    if (args.includes('-un')) return lines(USER);
    if (args.includes('-nG')) return lines(`${USER} sudo${docker ? ' docker' : ''}`);
    return lines(
      `uid=1000(${USER}) gid=1000(${USER}) groups=1000(${USER}),27(sudo)${docker ? ',988(docker)' : ''}`,
    );
  },
  groups: () => lines(`${USER} sudo`),
  uname: ({ args, shell }) => {
    const { flags } = optionsOf(args);
    const all = ['Linux', shell.host.hostname, KERNEL, '#45-Ubuntu SMP', 'x86_64'];
    const shown = all.filter((_, at) => flags.has('a') || flags.has('snrvm'[at] ?? ''));
    return lines((shown.length === 0 ? ['Linux'] : shown).join(' '));
  },
  uptime: ({ shell }) => {
    const { now, upSince } = shell.host;
    const up = Math.max(0, now() - upSince);
    const hours = Math.floor(up / HOUR_MS);
    const minutes = Math.floor((up % HOUR_MS) / MINUTE_MS);
    const clock = new Date(now()).toISOString().slice(11, 19);
    return lines(
      ` ${clock} up ${hours}:${String(minutes).padStart(2, '0')},  1 user,  load average: 0.08, 0.03, 0.01`,
    );
  },
  date: ({ args, shell }) => {
    const now = new Date(shell.host.now());
    if (args.includes('+%s')) return lines(String(Math.floor(now.getTime() / 1000)));
    if (args.some((arg) => arg.startsWith('-I') || arg.startsWith('--iso')))
      return lines(now.toISOString().slice(0, 10));
    return lines(now.toUTCString().replace('GMT', 'UTC'));
  },
  nproc: ({ shell }) => lines(String(shell.host.vcpus)),
  df: ({ args }) =>
    lines(
      'Filesystem     1024-blocks    Used Available Capacity Mounted on',
      ...[...new Set(args.filter((arg) => !arg.startsWith('-')))].map(
        () => '/dev/vda1         40470732 8912388  31541960      23% /',
      ),
    ),
  ss: ({ args, shell }) => {
    const row = (address: string): string => `LISTEN 0      128    ${address.padStart(18)}      0.0.0.0:*`;
    const head = args.includes('-H') ? [] : ['State  Recv-Q Send-Q Local Address:Port  Peer Address:Port'];
    return lines(
      ...head,
      row('0.0.0.0:22'),
      ...[...shell.host.programs.keys()].map((port) => row(`127.0.0.1:${port}`)),
    );
  },
  ps: ({ shell }) =>
    lines(
      '    PID TTY          TIME CMD',
      '    612 ?        00:00:00 sshd',
      ...[...shell.host.programs.values()].map((name, at) => `   ${1200 + at} ?        00:00:42 ${name}`),
      '   4242 pts/0    00:00:00 bash',
    ),
  sudo: (call) => {
    const [name, ...args] = call.args.filter((arg, at) => at > 0 || arg !== '-n');
    if (name === undefined) return fails(call, 'a command is missing');
    return call.shell.run([name, ...args].map(quoted).join(' '), call.stdin, call.signal);
  },
  sync: () => exits(0),
  systemctl: (call) => {
    const [verb = '', ...rest] = call.args.filter((arg) => !arg.startsWith('-'));
    const unit = (rest[0] ?? '').replace(/\.service$/, '');
    const file = `/etc/systemd/system/multi-user.target.wants/${unit}.service`;
    const { files } = call.shell.host;
    if (verb === 'stop' || verb === 'disable') files.remove(file);
    else if (verb !== 'is-active') return fails(call, `the demo knows no systemctl ${verb}`);
    const active = files.exists(file);
    return verb === 'is-active'
      ? { ...lines(active ? 'active' : 'inactive'), exit: active ? 0 : 3 }
      : exits(0);
  },
};
