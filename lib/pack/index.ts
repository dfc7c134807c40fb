/** Makes `.charm` archives of the charms in this checkout: what `npm run pack` does, for tests and clouds to use. */
export {PackError} from './errors.ts';
export {packCharm, packProject} from './pack.ts';
export type {PackCharmOptions, PackedCharm, PackProjectOptions} from './pack.ts';
export {installRuntime} from './runtime.ts';
export {readSources} from './sources.ts';
export type {Sources} from './sources.ts';
export type {InstallRuntimeOptions, Runtime} from './runtime.ts';
