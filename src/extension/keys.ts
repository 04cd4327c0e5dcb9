/** Where things are kept between sessions. */
export const CLOUDS_SECRET = 'chameleon.clouds';
export const BROWSER_SECRET = 'chameleon.browserSession';
export const FILTERS_STATE = 'chameleon.filters';
export const GROUPING_STATE = 'chameleon.grouping';
export const MUTED_STATE = 'chameleon.mutedLeases';
export const WARNED_STATE = 'chameleon.warned';
export const EXTEND_SEEN_STATE = 'chameleon.extendSeen';
export const VARIANTS_STATE = 'chameleon.labVariants';
export const PARAMETERS_STATE = 'chameleon.labParameters';
export const CONFIRMED_STATE = 'chameleon.confirmedChecks';
export const REMOTE_FOLDERS_STATE = 'chameleon.remoteFolders';
export const OVERDUE_STATE = 'chameleon.overdueSaid';
