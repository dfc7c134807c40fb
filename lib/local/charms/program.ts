import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';

import type {Charm} from '#charm';

import {LocalError} from '../errors.ts';
import {readLoadFailure} from './load-failure.ts';

/** Gives the charm of that name that a module exports; each module is loaded once. */
export type LoadProgram = (module: string, name: string) => Promise<Charm>;

/** Where a charm's folder keeps its program: its source, or what packing made of it. */
export function findProgram(folder: string): string {
  const found = ['src/charm.ts', 'src/charm.mjs'].map((name) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined)
    throw new LocalError(`charm ${folder} has no src/charm.ts or src/charm.mjs to run in memory`);
  return found;
}

/** A loader that keeps what it loaded. */
export function createLoader(): LoadProgram {
  const loaded = new Map<string, Promise<Charm>>();
  return (module) => {
    const known = loaded.get(module);
    if (known !== undefined) return known;
    const loading = loadProgram(module);
    loaded.set(module, loading);
    return loading;
  };
}

async function loadProgram(module: string): Promise<Charm> {
  const exported = await importModule(module);
  if (isObject(exported) && 'charm' in exported && isCharm(exported.charm)) return exported.charm;
  throw new LocalError(`${module} does not export "charm"`);
}

async function importModule(module: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(module).href);
  } catch (error) {
    throw new LocalError(`cannot load ${await readLoadFailure(module, error)}`, {cause: error});
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isCharm(value: unknown): value is Charm {
  return isObject(value) && 'run' in value && typeof value.run === 'function';
}
