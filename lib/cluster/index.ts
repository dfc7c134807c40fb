export * from './cib.ts';
export * from './declaration.ts';
export * from './errors.ts';
export * from './port.ts';
export type * from './change.ts';
