export { connectByOwn, shownToOwn, type OwnOptions } from './connect';
export { ownSshHere, type OwnSsh } from './program';
