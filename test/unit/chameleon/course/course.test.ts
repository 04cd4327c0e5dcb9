import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { brokenRules, readCourse, readRoster, type Course } from '../../../../src/chameleon';
import { learnPeople } from '../../../../src/chameleon/people';

function course(text: string): Course {
  const read = readCourse(text);
  if (!('course' in read)) throw new Error(JSON.stringify(read.faults));
  return read.course;
}

const whole = `title: Labs
projects: [CHI-251409]
roster: roster.csv
people:
  - { netId: AB1234, usernames: [alexbaker], group: proj07 }
labs: [lab1-hello-chameleon]
assist: { launch: true, labs: { lab2-cloud: { launch: false } } }
leases: { maxHours: 8, startOnHour: true, endMinute: 50, days: [mon, wed], from: '08:00', to: '22:00', timeZone: America/New_York }
overdue: { factor: 2, hours: 12 }
prices: { gpu_mi100: 0.6 }
`;

/** What the form refuses, and the line that is named. */
const WRONG: readonly (readonly [string, number])[] = [
  ['projects: []\n', 1],
  ['title: a\nlabz: []\n', 2],
  ['title: a\nleases:\n  endMinute: 60\n', 3],
  ['title: a\nleases:\n  days: [monday]\n', 3],
  ["title: a\nleases:\n  from: '25:00'\n", 3],
  ['title: a\nleases:\n  timeZone: Nowhere/Land\n', 3],
  ['title: a\nprices:\n  gpu: -1\n', 3],
  ['title: a\noverdue: { factor: 0.5 }\n', 2],
  ['title: a\ntitle: b\n', 2],
  ['title: [\n', 2],
  ['', 1],
];

describe('course file', () => {
  it('is read whole', () => {
    const read = course(whole);
    assert.deepEqual(read.people, [
      { netId: 'ab1234', usernames: ['alexbaker'], userIds: {}, group: 'proj07' },
    ]);
    assert.equal(read.rosterFile, 'roster.csv');
    assert.equal(read.assist?.labs['lab2-cloud']?.launch, false);
  });

  for (const [text, line] of WRONG)
    it(`refuses ${JSON.stringify(text)} at line ${line}`, () => {
      const read = readCourse(text);
      assert.ok('faults' in read);
      assert.equal(read.faults[0]?.line, line, JSON.stringify(read.faults));
    });

  it('that ships is right, and its schema agrees with the reader', () => {
    const schema = new Ajv({ strict: false }).compile(
      JSON.parse(readFileSync('media/course/course.schema.json', 'utf8')) as object,
    );
    const shipped = readFileSync('media/course/course.yaml', 'utf8');
    for (const text of [shipped, whole]) {
      assert.ok('course' in readCourse(text));
      assert.ok(schema(parse(text)), JSON.stringify(schema.errors));
    }
    for (const [text] of WRONG) {
      // A name of a zone, and YAML itself, are beyond a schema.
      if (/Nowhere|title: b|\[\n|^$/.test(text)) continue;
      assert.equal(schema(parse(text)), false, text);
    }
  });
});

describe('roster', () => {
  it('takes the columns of the usual exports, quotes and semicolons', () => {
    const { people, faults } = readRoster(
      '\uFEFF"Student";"SIS Login ID";"Chameleon usernames";Group\r\n"Baker; Alex";AB1234;"alexbaker; ab1234_nyu_edu";proj07\r\n',
    );
    assert.deepEqual(faults, []);
    assert.deepEqual(people, [
      { netId: 'ab1234', usernames: ['alexbaker', 'ab1234_nyu_edu'], userIds: {}, group: 'proj07' },
    ]);
  });

  it('says which lines it can’t use', () => {
    const { people, faults } = readRoster('netid,email\nab1234,a@x\n,b@x\n\nab1234,c@x\ncd5678,"a\n""b"""\n');
    assert.deepEqual(
      people.map(({ netId }) => netId),
      ['ab1234', 'cd5678'],
    );
    assert.deepEqual(
      faults.map(({ line }) => line),
      [3, 5],
    );
  });

  it('without a column that names anybody is none', () => {
    assert.match(readRoster('name,email\nAlex,a@x\n').faults[0]?.what ?? '', /netid or username/);
    assert.equal(readRoster('').faults.length, 1);
  });

  it('corrects who is who: the net ID of a user name, and the group', () => {
    const traces = [
      {
        site: 'KVM@TACC',
        user: undefined,
        made: [
          { userId: 'u1', name: 'hello_chameleon-alexbaker' },
          { userId: 'u2', name: 'node1-cloud-cd5678' },
        ],
        mentioned: [],
      },
    ];
    const { people: roster } = readRoster('netid,username,group\nab1234,alexbaker,proj07\nef9012,,proj08\n');
    const people = learnPeople(traces, {}, roster);
    const named = (netId: string) => people.find((person) => person.netId === netId);
    assert.deepEqual(named('ab1234'), {
      netId: 'ab1234',
      usernames: ['alexbaker'],
      userIds: { 'KVM@TACC': 'u1' },
      group: 'proj07',
    });
    assert.equal(named('ef9012')?.group, 'proj08', 'known before they made anything');
    assert.deepEqual(named('cd5678')?.userIds, { 'KVM@TACC': 'u2' });
    assert.equal(people.length, 3);
  });
});

describe('the course’s rules for leases', () => {
  const rules = course(whole);
  // 1 June 2026 is a Monday; New York is four hours behind.
  const at = (hour: number, day = 1): number => Date.UTC(2026, 5, day, hour + 4);

  it('are kept', () => {
    assert.deepEqual(brokenRules(rules, at(8), at(15)), []);
    assert.deepEqual(brokenRules(rules, at(15), at(22)), []);
    assert.deepEqual(brokenRules(course('title: a'), at(0), at(300)), []);
  });

  it('are broken by length, day and hour, each said', () => {
    assert.match(brokenRules(rules, at(8), at(17)).join(), /allows 8 h at a time; this is 9 h/);
    assert.match(brokenRules(rules, at(9, 2), at(10, 2)).join(), /on mon, wed \(New York\)/);
    assert.match(brokenRules(rules, at(7), at(9)).join(), /begin at 08:00/);
    assert.match(brokenRules(rules, at(20), at(23)).join(), /end at 22:00/);
    assert.match(brokenRules(rules, at(20), at(25)).join(), /end at 22:00/, 'past midnight');
  });
});
