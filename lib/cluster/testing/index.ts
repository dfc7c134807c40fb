export {compareWithPacemaker, hasSimulator, printReport} from './conformance.ts';
export type {ConformanceReport, Difference} from './conformance.ts';
