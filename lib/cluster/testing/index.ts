export {compareWithPacemaker, hasSimulator, printReport} from './conformance.ts';
export type {ConformanceReport, Difference} from './conformance.ts';
export {isInstalled} from './real-tools.ts';
export {findRoundTripProblems} from './round-trip.ts';
export {compareWithSchema} from './schema.ts';
export {makeSituation} from './situations.ts';
