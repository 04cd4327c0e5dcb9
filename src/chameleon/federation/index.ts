export { BrowserSession, federatedSignIn, projectsAt, type AccessTokens, type TokenStore } from './account';
export { cloudsOf, findProjects, type FoundProject, type SignInOffer } from './everywhere';
export { jupyterHubOf, JupyterTokens, type JupyterHub } from './jupyterHub';
export {
  awaitApproval,
  chameleonOidc,
  requestDeviceCode,
  SignInEnded,
  type DeviceCode,
  type OidcClient,
  type OidcTokens,
} from './oidc';
