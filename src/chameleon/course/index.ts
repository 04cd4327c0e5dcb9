export { readCourse, type Course, type CourseFault } from './readCourse';
export { readRoster, type RosterFault } from './roster';
export { brokenRules } from './rules';
