export { awaited, goneServer, goneVolume, settledServer, settledVolume, type Waiting } from './waiting';
export { allocateFloatingIp, bindToServer, giveAddress, type AddressWish } from './address';
export { groupFor, groupNameOf, groupOpening, openPort, type Opened, type WantedGroup } from './openPort';
export { newestImage, planLaunch, type LaunchGround, type LaunchPlan, type LaunchWish } from './launchPlan';
export { launchServer, type Launched, type Launching } from './launch';
