import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { Target } from '../../src/ssh';
import { rules } from '../labs/lab7/online';
import { recordedBody } from '../labs/recorded';
import { SEEN_REALLY } from '../labs/seenReally';
import { lab as online } from '../labs/worlds/lab7-eval-online';
import { RealHosts } from '../ssh/labs/realHost';
import { addressOf, inLab, onHost, script, up, type Lab } from '../ssh/setup';
import { World } from '../ssh/world';

const ASKED = SEEN_REALLY['lab7-eval-online']?.long ?? [];
const OF_ADMIN = ASKED.filter((id) => id !== 'grafana-up');
/** What is not asked where what it needs is not there. */
const BLOCKED = ['dash-service-panels', 'alert-failed-fired'];
const PROMETHEUS = { name: 'prometheus', type: 'prometheus', url: 'http://prometheus:9090', access: 'proxy' };
const SERVICE = 'Food Classifier Service Monitoring';
const PREDICTION = 'Food Classifier Prediction Monitoring';

/** A Grafana in which nothing was made yet. */
async function anew(): Promise<void> {
  await up();
  await script('install.sh', 'grafana');
  await script('down.sh', 'grafana');
  rmSync(inLab('state', 'grafana'), { recursive: true, force: true });
  await script('up.sh', 'grafana');
}

describe('Lab 7, online, on a real Grafana', () => {
  const real = new RealHosts({
    worlds: online,
    hosts: { node: 'online' },
    asked: ['ssh-login', ...ASKED],
  });

  before(async () => {
    await anew();
    await real.up();
  });
  after(async () => {
    await script('down.sh', 'grafana');
    await real.end();
  });

  it('in which nothing was made', () =>
    real.sees({
      fails: OF_ADMIN.filter((id) => !BLOCKED.includes(id)),
      unknown: BLOCKED,
    }));

  it('all passes that a student who did it has', async () => {
    await grafana('POST', 'datasources', { uid: 'prometheus', ...PROMETHEUS });
    await dashboard(SERVICE, whole().panels);
    await dashboard(PREDICTION, []);
    await grafana('POST', 'folders', { uid: 'alerts', title: 'Alerts' });
    await grafana('POST', 'v1/provisioning/alert-rules', rule());
    await everyTenSeconds();
    await pending();
    await real.sees({ fails: ['alert-failed-fired'] });
  });

  it('and the alert has fired, once it has been pending for its minute', async () => {
    await fired();
    await real.sees();
  });

  it('a data source that leads elsewhere, a dashboard without one of its panels, a rule of another group', async () => {
    await grafana('PUT', 'datasources/uid/prometheus', { ...PROMETHEUS, url: 'http://localhost:9090' });
    await dashboard(SERVICE, whole().panels.slice(1));
    await grafana('PUT', 'v1/provisioning/alert-rules/failed', { ...rule(), ruleGroup: 'Another' });
    await real.sees({
      fails: ['grafana-datasource', 'dash-service-panels', 'alert-failed-requests'],
      unknown: ['alert-failed-fired'],
    });
  });

  it('one that hangs is unknown, and one that was stopped fails', async () => {
    await script('service.sh', 'hang', 'grafana');
    try {
      await real.sees({ unknown: ['grafana-up', ...OF_ADMIN] });
    } finally {
      await script('service.sh', 'wake', 'grafana');
    }
    await script('down.sh', 'grafana');
    await real.sees({ fails: ['grafana-up'], unknown: OF_ADMIN });
    await script('up.sh', 'grafana');
  });

  it('with another password than the lab’s nothing of it can be told', async () => {
    const words = { oldPassword: 'admin', newPassword: 'another', confirmNew: 'another' };
    await grafana('PUT', 'user/password', words);
    await real.sees({ unknown: OF_ADMIN });
  });
});

describe('Grafana’s live channel through a forward', () => {
  let lab: Lab;
  let node: Target;
  let world: World;
  let browser: Browser;
  before(async () => {
    await anew();
    lab = await up();
    node = {
      ...lab.mlflow,
      serverId: 'online',
      name: 'node-eval-online-ab1234',
      address: addressOf('online'),
    };
    world = new World(lab);
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  });
  after(async () => {
    await browser.close();
    await world.end();
    await script('down.sh', 'grafana');
  });

  it('carries what is pushed into it, before and after the connection was cut', async () => {
    world.forwards.start({
      ...world.mlflow({ id: 'grafana', name: 'Grafana', remotePort: 3000 }),
      target: node,
      path: '/login',
    });
    const { localPort } = await world.becomes('grafana', 'up');
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${localPort ?? 0}/api/health`);
    assert.equal(await signedIn(page), 200);
    assert.match(await pushed(page, 41), /\[41\]/);
    const ended = broken(page);
    await page.waitForFunction('window.isOpen === true');
    await lab.host('drop', node);
    await world.becomes('grafana', 'waiting', 'connecting');
    assert.equal(await ended, 'closed', 'the page is told, so that it can begin anew');
    const again = await world.becomes('grafana', 'up');
    assert.equal(again.localPort, localPort);
    assert.match(await pushed(page, 42), /\[42\]/, 'without a new sign-in');
  });
});

/** Signs in as Grafana's page does, which leaves a cookie. */
function signedIn(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const body = JSON.stringify({ user: 'admin', password: 'admin' });
    return (await fetch('/login', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body }))
      .status;
  });
}

/** Follows a channel as Grafana's page does, pushes a value, and gives what came over the WebSocket. */
function pushed(page: Page, value: number): Promise<string> {
  return page.evaluate(
    ({ sent, address }) =>
      new Promise<string>((resolve, reject) => {
        const socket = new WebSocket(address);
        let text = '';
        socket.onerror = () => reject(new Error('the WebSocket broke'));
        socket.onclose = () => reject(new Error(`the WebSocket was closed after ${text}`));
        socket.onopen = () => socket.send(JSON.stringify({ id: 1, connect: { name: 'js' } }));
        socket.onmessage = ({ data }) => {
          text += String(data);
          for (const line of String(data).split('\n')) {
            const message = JSON.parse(line) as { id?: number; error?: object; push?: object };
            if (message.error !== undefined) reject(new Error(line));
            if (message.id === 1)
              socket.send(JSON.stringify({ id: 2, subscribe: { channel: '1/stream/lab/cpu' } }));
            if (message.id === 2)
              void fetch('/api/live/push/lab', { method: 'POST', body: `cpu value=${sent}` });
            if (message.push === undefined) continue;
            socket.onclose = null;
            socket.close();
            resolve(line);
          }
        };
      }),
    { sent: value, address: addressIn(page) },
  );
}

function addressIn(page: Page): string {
  return `ws://${new URL(page.url()).host}/api/live/ws`;
}

/** How a WebSocket that stays open ends. */
function broken(page: Page): Promise<string> {
  return page.evaluate(
    (address) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(address);
        socket.onopen = () => Reflect.set(globalThis, 'isOpen', true);
        socket.onclose = () => resolve('closed');
      }),
    addressIn(page),
  );
}

interface Dashboard {
  readonly panels: readonly object[];
}

function whole(): Dashboard {
  const { dashboard: made } = recordedBody('grafana-dashboard') as { readonly dashboard: Dashboard };
  return made;
}

async function dashboard(title: string, panels: readonly object[]): Promise<void> {
  const made = { ...whole(), id: null, uid: title.length.toString(), title, panels };
  await grafana('POST', 'dashboards/db', { dashboard: made, overwrite: true });
}

/** The lab's rule, of 31 failed requests: there is no Prometheus beside this Grafana. */
function rule(): object {
  const [first] = rules() as { data: object[] }[];
  const { data = [], ...rest } = first ?? {};
  const requests = {
    ...data[0],
    datasourceUid: '__expr__',
    model: { type: 'math', expression: '31', refId: 'A' },
  };
  const made = { id: undefined, uid: 'failed', folderUID: 'alerts', provenance: undefined };
  return { ...rest, ...made, data: [requests, data[1]] };
}

/** Grafana looks at the rules of a group once a minute, unless it is told otherwise. */
async function everyTenSeconds(): Promise<void> {
  const group = { title: 'Food classifier', folderUid: 'alerts', interval: 10, rules: [rule()] };
  await grafana('PUT', 'v1/provisioning/folder/alerts/rule-groups/Food%20classifier', group);
}

const pending = (): Promise<void> => isNoted('Pending');
const fired = (): Promise<void> => isNoted('Alerting');

/** Until Grafana has noted that an alert came into a state. */
async function isNoted(state: string): Promise<void> {
  while (!(await grafana('GET', 'annotations?type=alert')).includes(`"newState":"${state}"`))
    await pause(500);
}

/** A call of Grafana's API on its host. */
async function grafana(method: string, what: string, body?: object): Promise<string> {
  const json = body === undefined ? [] : ['-H', 'Content-Type: application/json', '-d', JSON.stringify(body)];
  const url = `http://127.0.0.1:3000/api/${what}`;
  const said = ['-sS', '--fail-with-body', '-u', 'admin:admin'];
  return onHost('online', 'curl', ...said, '-X', method, ...json, url);
}
