import * as v from 'valibot';
import { fixActions, httpMethods, type JsonText } from '../types';

const text = v.pipe(v.string(), v.minLength(1));
const id = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]*$/, 'small letters, digits and dashes'));
const word = v.pipe(v.string(), v.regex(/^[A-Za-z]\w*$/, 'a word of letters and digits'));
const scalar = v.union([v.string(), v.number(), v.boolean()]);

const only = v.exactOptional(v.pipe(v.array(word), v.minLength(1)));
const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
const path = v.pipe(text, v.startsWith('/'));
const jsonText: v.GenericSchema<JsonText> = v.lazy(() =>
  v.union([v.string(), v.number(), v.boolean(), v.null(), v.array(jsonText), v.record(v.string(), jsonText)]),
);
/** Of all that cloud-init takes, what its first line tells; no controls but tabs and the ends of lines. */
const USER_DATA = /^#(cloud-config|!\/bin\/(ba)?sh)\s[\P{Cc}\t\n]*$/u;

const expectation = v.strictObject({
  that: text,
  only,
  is: v.exactOptional(scalar),
  matches: v.exactOptional(text),
  contains: v.exactOptional(scalar),
  atLeast: v.exactOptional(v.number()),
  atMost: v.exactOptional(v.number()),
  oneOf: v.exactOptional(v.array(scalar)),
  exists: v.exactOptional(v.boolean()),
  else: v.exactOptional(text),
});

const call = {
  site: v.exactOptional(text),
  service: text,
  path,
  query: v.exactOptional(v.record(text, text)),
  list: v.exactOptional(text),
};

const check = v.strictObject({
  id,
  title: text,
  only,
  about: v.exactOptional(v.picklist(['project', 'person', 'thisMachine', 'host'])),
  openstack: v.exactOptional(
    v.strictObject({ ...call, with: v.exactOptional(v.record(word, v.strictObject(call))) }),
  ),
  http: v.exactOptional(v.strictObject({ url: text })),
  forward: v.exactOptional(
    v.strictObject({
      host: word,
      port,
      path,
      method: v.exactOptional(v.picklist(httpMethods)),
      json: v.exactOptional(jsonText),
      headers: v.exactOptional(v.record(v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]+$/, 'a header')), text)),
    }),
  ),
  tcp: v.exactOptional(v.strictObject({ host: word, port })),
  ssh: v.exactOptional(
    v.strictObject({
      host: word,
      also: v.exactOptional(v.pipe(v.array(word), v.minLength(1))),
      run: text,
      timeoutSeconds: v.exactOptional(v.number()),
    }),
  ),
  local: v.exactOptional(v.union([v.strictObject({ publicKey: text }), v.strictObject({ file: text })])),
  jupyter: v.exactOptional(v.strictObject({ host: word, container: v.exactOptional(text), notebook: text })),
  zun: v.exactOptional(
    v.strictObject({ site: v.exactOptional(text), container: text, run: v.exactOptional(text) }),
  ),
  manual: v.exactOptional(v.strictObject({ confirm: text, why: v.exactOptional(text) })),
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
        only,
      }),
    ),
  ),
  services: v.exactOptional(
    v.record(
      word,
      v.strictObject({
        host: word,
        port,
        path,
        name: text,
        scheme: v.exactOptional(v.picklist(['http', 'https'])),
        token: v.exactOptional(v.strictObject({ jupyter: v.string() })),
        env: v.exactOptional(v.pipe(v.string(), v.regex(/^[A-Z_][A-Z0-9_]*$/, 'capitals and underscores'))),
        only,
      }),
    ),
  ),
  keepFiles: v.exactOptional(v.array(v.strictObject({ host: word, path: text, title: text, only }))),
  reserve: v.exactOptional(
    v.array(
      v.strictObject({
        name: text,
        site: text,
        flavor: v.exactOptional(text),
        nodeType: v.exactOptional(text),
        device: v.exactOptional(text),
        amount: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1))),
        hours: v.pipe(v.number(), v.minValue(0)),
        floatingIp: v.exactOptional(v.boolean()),
        startOnHour: v.exactOptional(v.boolean()),
        endMinute: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(59))),
        only,
      }),
    ),
  ),
  launch: v.exactOptional(
    v.array(
      v.strictObject({
        name: text,
        lease: v.exactOptional(text),
        site: v.exactOptional(text),
        image: text,
        networks: v.exactOptional(v.array(text)),
        securityGroups: v.exactOptional(v.array(v.strictObject({ name: text, port: v.exactOptional(port) }))),
        floatingIp: v.exactOptional(v.boolean()),
        userData: v.exactOptional(v.pipe(v.string(), v.regex(USER_DATA, 'a cloud-config or a shell script'))),
        only,
      }),
    ),
  ),
  variants: v.exactOptional(
    v.record(
      word,
      v.strictObject({
        title: text,
        sites: v.exactOptional(v.pipe(v.array(text), v.minLength(1))),
        vars: v.exactOptional(v.record(word, v.union([text, v.number()]))),
        detect: v.exactOptional(
          v.strictObject({
            nodeType: v.exactOptional(text),
            flavor: v.exactOptional(text),
            image: v.exactOptional(text),
          }),
        ),
      }),
    ),
  ),
  steps: v.pipe(
    v.array(
      v.strictObject({
        id,
        title: text,
        only,
        cleanup: v.exactOptional(v.boolean()),
        checks: v.pipe(v.array(check), v.minLength(1)),
      }),
    ),
    v.minLength(1),
  ),
});

export type LabText = v.InferOutput<typeof labSchema>;
export type CheckText = v.InferOutput<typeof check>;
