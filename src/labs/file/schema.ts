import * as v from 'valibot';
import { fixActions } from '../types';

const text = v.pipe(v.string(), v.minLength(1));
const id = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]*$/, 'small letters, digits and dashes'));
const word = v.pipe(v.string(), v.regex(/^[A-Za-z]\w*$/, 'a word of letters and digits'));
const scalar = v.union([v.string(), v.number(), v.boolean()]);

const expectation = v.strictObject({
  that: text,
  is: v.exactOptional(scalar),
  matches: v.exactOptional(text),
  contains: v.exactOptional(scalar),
  atLeast: v.exactOptional(v.number()),
  atMost: v.exactOptional(v.number()),
  oneOf: v.exactOptional(v.array(scalar)),
  exists: v.exactOptional(v.boolean()),
  else: v.exactOptional(text),
});

const check = v.strictObject({
  id,
  title: text,
  about: v.exactOptional(v.picklist(['project', 'person', 'thisMachine', 'host'])),
  openstack: v.exactOptional(
    v.strictObject({
      site: v.exactOptional(text),
      service: text,
      path: v.pipe(text, v.startsWith('/')),
      query: v.exactOptional(v.record(text, text)),
      list: v.exactOptional(text),
    }),
  ),
  http: v.exactOptional(v.strictObject({ url: text })),
  forward: v.exactOptional(
    v.strictObject({
      host: word,
      port: v.pipe(v.number(), v.integer()),
      path: v.pipe(text, v.startsWith('/')),
    }),
  ),
  tcp: v.exactOptional(v.strictObject({ host: word, port: v.pipe(v.number(), v.integer()) })),
  ssh: v.exactOptional(
    v.strictObject({ host: word, run: text, timeoutSeconds: v.exactOptional(v.number()) }),
  ),
  local: v.exactOptional(v.union([v.strictObject({ publicKey: text }), v.strictObject({ file: text })])),
  manual: v.exactOptional(v.strictObject({ confirm: text })),
  expect: v.exactOptional(v.array(expectation)),
  save: v.exactOptional(v.record(word, text)),
  needs: v.exactOptional(v.array(id)),
  keep: v.exactOptional(v.boolean()),
  optional: v.exactOptional(v.boolean()),
  seen: v.exactOptional(text),
  hint: v.exactOptional(text),
  fix: v.exactOptional(v.strictObject({ action: v.picklist(fixActions), title: text })),
});

/** The file as it is written; `lab.schema.json` says the same to an editor, and a test holds the two together. */
export const labSchema = v.strictObject({
  id,
  title: text,
  edition: v.pipe(text, v.regex(/^\d{4}-\d{2}$/, 'YYYY-MM')),
  unit: v.number(),
  source: text,
  sites: v.pipe(v.array(text), v.minLength(1)),
  expectedHours: v.exactOptional(v.number()),
  assist: v.exactOptional(
    v.strictObject({ launch: v.exactOptional(v.boolean()), repair: v.exactOptional(v.boolean()) }),
  ),
  parameters: v.exactOptional(
    v.record(
      word,
      v.strictObject({
        title: text,
        pattern: text,
        default: v.exactOptional(text),
        description: v.exactOptional(text),
      }),
    ),
  ),
  names: v.exactOptional(v.record(word, text)),
  hosts: v.exactOptional(
    v.record(
      word,
      v.strictObject({
        server: v.exactOptional(text),
        address: v.exactOptional(text),
        via: v.exactOptional(word),
        user: v.exactOptional(text),
      }),
    ),
  ),
  services: v.exactOptional(
    v.record(
      word,
      v.strictObject({
        host: word,
        port: v.number(),
        path: v.pipe(text, v.startsWith('/')),
        name: text,
      }),
    ),
  ),
  steps: v.pipe(
    v.array(
      v.strictObject({
        id,
        title: text,
        cleanup: v.exactOptional(v.boolean()),
        checks: v.pipe(v.array(check), v.minLength(1)),
      }),
    ),
    v.minLength(1),
  ),
});

export type LabText = v.InferOutput<typeof labSchema>;
export type CheckText = v.InferOutput<typeof check>;
