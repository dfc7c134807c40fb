export * from './build.ts';
export {canonicalCib} from './canonical.ts';
export {applyChange, describeChange, diff, isEmptyChange} from './change.ts';
export type {Change, SectionChange} from './change.ts';
export {checkChange, checkCib} from './check.ts';
export type {Problem} from './check.ts';
export * from './cib.ts';
export {renderCibXml} from './cib-render.ts';
export {parseCibXml} from './cib-xml.ts';
export {parseCrm, parseCrmObject} from './crm-parse.ts';
export {printCrm} from './crm-print.ts';
export * from './declaration.ts';
export * from './errors.ts';
export {isValidId} from './ids.ts';
export {
  getConnectedRemotes,
  getConstraintTargets,
  getProperty,
  getResource,
  getRscDefault,
  getValue,
} from './lookup.ts';
export * from './port.ts';
export {reconcile} from './reconcile.ts';
export type {Dropped, Reconciled, ReconcileInput} from './reconcile.ts';
export {parseCrmMon} from './crm-mon.ts';
export {parseCrmStatus} from './crm-status.ts';
export type {CrmStatus} from './crm-status.ts';
export {pacemakerPort} from './pacemaker-port.ts';
export {parseCorosyncConf, renderCorosyncConf} from './corosync-conf.ts';
export type {CorosyncConf, CorosyncNode} from './corosync-conf.ts';
export type {CorosyncSection} from './corosync-sections.ts';
