export * from './cib.ts';
export {parseCibXml} from './cib-xml.ts';
export {renderCibXml} from './cib-render.ts';
export * from './declaration.ts';
export * from './errors.ts';
export {getConstraintTargets, getProperty, getResource, getRscDefault, getValue} from './lookup.ts';
export * from './port.ts';
export type * from './change.ts';
