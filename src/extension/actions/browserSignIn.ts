import * as vscode from 'vscode';
import { abortError, Problem, systemClock } from '../../base';
import {
  awaitApproval,
  chameleonOidc,
  cloudsOf,
  findProjects,
  knownSites,
  requestDeviceCode,
  SignInEnded,
  type AccessTokens,
  type DeviceCode,
  type FoundProject,
  type SignInOffer,
} from '../../chameleon';
import type { App } from '../app';
import { ask } from '../ask';
import { ProblemWithOffer, withProgress } from '../register';

const COPY = 'Copy Code';
const AGAIN = 'Open Browser Again';
const AGAIN_OFFER = { label: 'Sign In Again', command: 'chameleon.signIn', argument: undefined } as const;

/** One click for all sites: approved in the browser, then a project by its name. @throws SignInEnded, AbortError */
export async function signInByBrowser(
  app: App,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const world = { fetch: globalThis.fetch, clock: systemClock };
  const code = await withProgress('Asking Chameleon for a sign-in code …', signal, (inner) =>
    requestDeviceCode(chameleonOidc, world, inner),
  );
  await openBrowser(code);
  offerCode(app, code);
  const tokens = await withProgress(
    `Approve the sign-in in your browser. Its code: ${code.userCode}`,
    signal,
    (inner) => awaitApproval(chameleonOidc, code, world, inner),
  ).catch((thrown: unknown) => {
    throw thrown instanceof SignInEnded ? new ProblemWithOffer(thrown, AGAIN_OFFER) : thrown;
  });
  app.masking.add(tokens.accessToken);
  app.masking.add(tokens.refreshToken);
  // Kept once a project is chosen: who turns back there has signed in to nothing, and leaves nothing behind.
  const fresh = { accessToken: () => Promise.resolve(tokens.accessToken) };
  const { project, offer } = await chosenProject(app, fresh, wanted, signal);
  await app.identity.browser.begin(tokens);
  await enter(app, project, offer);
}

/** The sign-in that the testbed's Jupyter brings along. */
export async function signInByJupyter(app: App, signal: AbortSignal): Promise<void> {
  const { tokens, jupyter } = app.identity;
  const { project, offer } = await chosenProject(app, tokens, jupyter?.project, signal);
  await enter(app, project, offer);
}

async function openBrowser(code: DeviceCode): Promise<void> {
  await vscode.env.openExternal(vscode.Uri.parse(code.verificationUriComplete ?? code.verificationUri, true));
}

/** Beside the progress: for a browser on another machine, or one that was closed. */
function offerCode(app: App, code: DeviceCode): void {
  ask
    .info(`The browser shows the code ${code.userCode}. Approve only if it is the same there.`, COPY, AGAIN)
    .then(async (pressed) => {
      if (pressed === COPY) await vscode.env.clipboard.writeText(code.userCode);
      if (pressed === AGAIN) await openBrowser(code);
    })
    .catch((thrown: unknown) => {
      app.report(thrown, 'sign-in code');
    });
}

async function chosenProject(
  app: App,
  tokens: AccessTokens,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<{ readonly project: FoundProject; readonly offer: SignInOffer }> {
  const offer = await withProgress('Asking the sites for your projects …', signal, (inner) =>
    findProjects(tokens, knownSites(), globalThis.fetch, inner),
  );
  for (const { site, why } of offer.silent) app.log.warn(app.masking.mask(`${site.name}: ${why}`));
  await app.course.load();
  return { project: await projectOf(app, offer, wanted), offer };
}

async function enter(app: App, project: FoundProject, offer: SignInOffer): Promise<void> {
  if (app.demo !== undefined) await app.closeDemo();
  await app.clouds.add(...cloudsOf(project));
  void ask.info(signedInWords(project, offer));
  await app.signInAgain();
}

/** One project for all sites: the course's own first. */
async function projectOf(app: App, offer: SignInOffer, wanted: string | undefined): Promise<FoundProject> {
  const [first, ...others] = offer.projects;
  if (first === undefined) throw nothingFound(offer);
  const named = offer.projects.find(({ name }) => name === wanted);
  if (named !== undefined || others.length === 0) return named ?? first;
  const ofCourse = (project: FoundProject): boolean => app.course.isProject(project.name);
  const picked = await ask.pick(
    'Which project?',
    [...offer.projects]
      .sort((a, b) => Number(ofCourse(b)) - Number(ofCourse(a)))
      .map((project) => ({
        label: project.name,
        description: [
          ...(ofCourse(project) ? ['of the course'] : []),
          project.sites.map(({ name }) => name).join(', '),
        ].join(' · '),
        value: project,
      })),
    'It is chosen for all sites at once',
  );
  if (picked === undefined) throw abortError();
  return picked;
}

function nothingFound({ silent }: SignInOffer): Problem {
  if (silent.length > 0)
    return new Problem(`You are signed in, but no site told your projects: ${silent[0]?.why ?? ''}`, {
      next: 'Sign in again in a few minutes.',
    });
  return new Problem('You are signed in, but in no project yet, or its allocation has ended.', {
    next: 'Ask the course staff to add you to the class project, then sign in again.',
  });
}

function signedInWords({ name, sites: at }: FoundProject, { silent }: SignInOffer): string {
  const missing =
    silent.length === 0
      ? ''
      : ` ${silent.map(({ site }) => site.name).join(', ')} did not answer: sign in again later to add ${silent.length === 1 ? 'it' : 'them'}.`;
  return `Signed in to project ${name} at ${at.map((site) => site.name).join(', ')}.${missing}`;
}
