import { cardRecord, digestOf, type CardRecord } from '../../../../src/labs/card';
import type { CheckResult } from '../../../../src/labs/types';
import { card, inventory, lab, run, server, takenAt } from './samples';

const evil = `<img src=x onerror=alert(1)> "quoted" 'single' & </text><script>alert(1)</script> ]]> \u0000\u202e javascript:alert(1) `;

/** Names as an attacker or a bad day makes them, long and with markup, everywhere that text is free. */
export function hostileCard(): CardRecord {
  const base = card();
  const long = evil.repeat(6).slice(0, 700);
  const changed: CardRecord = {
    ...base,
    lab: { ...base.lab, title: long, edition: long },
    subject: { netId: long, usernames: [long, long], userIds: {} },
    sites: Array.from({ length: 4 }, (_none, at) => ({
      name: `${at}${long}`,
      project: { id: long, name: long },
      signedIn: { id: long, name: long },
      serverTime: takenAt,
    })),
    resources: base.resources.map((resource) => ({ ...resource, name: long, id: long, status: long })),
    steps: base.steps.map((step) => ({ ...step, title: long })),
    checks: base.checks.map((check) => ({ ...check, title: long, reason: long })),
  };
  return { ...changed, digest: digestOf(changed) };
}

/** 60 checks in 20 steps, a third passed, and twelve servers. */
export function largeCard(): CardRecord {
  const verdicts = ['passed', 'failed', 'unknown', 'unknown'] as const;
  const causes = ['noKey', 'unreachable', 'needs', 'timeout'] as const;
  const checks = Array.from({ length: 60 }, (_none, at): CheckResult => {
    const verdict = verdicts[at % 4] ?? 'passed';
    return {
      id: `check-${at}`,
      step: `step-${at % 20}`,
      title: `Check number ${at} of a long laboratory about serving models`,
      site: 'KVM@TACC',
      about: 'host',
      verdict,
      cause: verdict === 'unknown' ? causes[(at >> 2) % 4] : undefined,
      reason:
        'The pod inference-deployment-6d5c is not ready: its image could not be pulled from the registry.',
      hint: undefined,
      seenAt: takenAt,
      optional: false,
    };
  });
  const servers = Array.from({ length: 12 }, (_none, at) => ({
    ...server,
    id: `${server.id.slice(0, -2)}${at + 10}`,
  }));
  return cardRecord({
    run: { ...run(), checks },
    lab: {
      ...lab,
      title: 'Model serving for large-scale deployments on the edge',
      steps: Array.from({ length: 20 }, (_none, at) => ({
        id: `step-${at}`,
        title: `Step ${at}: prepare a system for the model optimizations`,
        cleanup: false,
        only: undefined,
        checks: [],
      })),
    },
    inventory: inventory({ servers }),
    subject: { kind: 'me' },
    takenAt,
    zone: 'Asia/Kathmandu',
  });
}
