import type { App } from '../app';
import type { CommandId } from '../commands';
import * as account from './account';
import * as addresses from './addresses';
import * as cards from './cards';
import * as checks from './checks';
import * as course from './course';
import { whyNoConnection } from './doctor';
import { cleanUpThings } from './cleanUp';
import * as edge from './edge';
import * as filters from './filters';
import * as files from './files';
import * as forwards from './forwards';
import { inspectStudent } from './inspection';
import { launch } from './launch';
import * as leases from './leases';
import * as reservations from './reserve';
import * as objects from './objects';
import * as power from './power';
import * as servers from './servers';
import * as sessions from './sessions';
import * as volumes from './volumes';

export { signOutOf } from './account';

export type Action = (app: App, argument: unknown, signal: AbortSignal) => Promise<unknown>;

/** What each command does. */
export const actions: Readonly<Record<CommandId, Action>> = {
  'chameleon.signIn': account.signIn,
  'chameleon.signOut': account.signOut,
  'chameleon.makeCredential': account.makeCredential,
  'chameleon.openDemo': (app) => app.openDemo(),
  'chameleon.openDemoClass': (app) => app.openDemo(true),
  'chameleon.closeDemo': (app) => app.closeDemo(),
  'chameleon.refresh': (app) => app.refresh(),
  'chameleon.showMine': (app) => app.showEveryone(false),
  'chameleon.showEveryone': (app) => app.showEveryone(true),
  'chameleon.filterResources': filters.filterResources,
  'chameleon.groupResources': filters.groupResources,
  'chameleon.startServer': power.start,
  'chameleon.stopServer': power.stop,
  'chameleon.rebootServer': power.reboot,
  'chameleon.rebuildServer': power.rebuild,
  'chameleon.snapshotServer': power.snapshot,
  'chameleon.showConsole': power.showConsole,
  'chameleon.openConsole': power.openConsole,
  'chameleon.openServerPort': power.openServerPort,
  'chameleon.allocateFloatingIp': addresses.allocate,
  'chameleon.associateFloatingIp': addresses.associate,
  'chameleon.disassociateFloatingIp': addresses.disassociate,
  'chameleon.createVolume': volumes.create,
  'chameleon.attachVolume': volumes.attach,
  'chameleon.detachVolume': volumes.detach,
  'chameleon.deleteVolume': volumes.remove,
  'chameleon.browseObjects': objects.browse,
  'chameleon.uploadObject': objects.upload,
  'chameleon.createObjectContainer': objects.create,
  'chameleon.showContainerLog': edge.showLog,
  'chameleon.deleteContainer': edge.remove,
  'chameleon.launchServer': launch,
  'chameleon.cleanUp': cleanUpThings,
  'chameleon.countdownMenu': leases.countdownMenu,
  'chameleon.extendLease': leases.extend,
  'chameleon.endLease': leases.end,
  'chameleon.reserve': reservations.reserve,
  'chameleon.showAvailability': reservations.showAvailability,
  'chameleon.watchedSlots': reservations.watchedSlots,
  'chameleon.shortenLease': leases.shorten,
  'chameleon.renameLease': leases.rename,
  'chameleon.deleteLease': leases.remove,
  'chameleon.openInHorizon': leases.openInHorizon,
  'chameleon.openTerminal': sessions.openTerminal,
  'chameleon.copySshCommand': sessions.copySshCommand,
  'chameleon.copyHost': sessions.copyHost,
  'chameleon.openRemoteWindow': sessions.openRemoteWindow,
  'chameleon.removeSshConfig': sessions.removeConfig,
  'chameleon.forgetHostKey': sessions.forgetHostKey,
  'chameleon.whyNoConnection': whyNoConnection,
  'chameleon.openService': forwards.openService,
  'chameleon.openForward': forwards.openForward,
  'chameleon.copyForwardUrl': forwards.copyUrl,
  'chameleon.stopForward': forwards.stop,
  'chameleon.restartForward': forwards.restart,
  'chameleon.forwardPort': forwards.forwardPort,
  'chameleon.openForwardInEditor': forwards.openInEditor,
  'chameleon.pinForward': forwards.pin,
  'chameleon.unpinForward': forwards.unpin,
  'chameleon.removeForward': forwards.remove,
  'chameleon.useInTerminals': forwards.useInTerminals,
  'chameleon.stopUsingInTerminals': forwards.stopUsingInTerminals,
  'chameleon.saveMyWork': files.saveMyWork,
  'chameleon.uploadToServer': files.uploadToServer,
  'chameleon.releaseFloatingIp': addresses.release,
  'chameleon.deleteServer': servers.removeServer,
  'chameleon.copyAddress': servers.copyAddress,
  'chameleon.runLab': checks.runLab,
  'chameleon.runCheck': checks.runCheck,
  'chameleon.runFromHere': checks.runFromHere,
  'chameleon.openLabText': checks.openLabText,
  'chameleon.newLab': () => checks.newLab(),
  'chameleon.showHint': checks.showHint,
  'chameleon.fixCheck': checks.fixCheck,
  'chameleon.confirmCheck': checks.confirmCheck,
  'chameleon.saveCard': checks.saveCard,
  'chameleon.verifyCard': cards.verifyCard,
  'chameleon.verifyFolder': cards.verifyFolder,
  'chameleon.inspectStudent': inspectStudent,
  'chameleon.closeInspection': (app) => Promise.resolve(app.inspector.close()),
  'chameleon.importRoster': course.importRoster,
  'chameleon.openCourseFile': course.openCourseFile,
  'chameleon.showLog': (app) => Promise.resolve(app.log.show()),
};
