import type {Charm} from '#juju';

import type {Cloud} from './cloud.ts';
import type {MachineState, ModelState} from './model/state.ts';
import {compareText} from './model/names.ts';
import {RelationIndex} from './uniter/relation-index.ts';
import {RunnableUnits} from './uniter/runnable-units.ts';
import type {World} from './uniter/world.ts';

/** Sets a model in motion: builds what follows from its data. Every unit is looked at once, whatever it did before. */
export function createWorld(model: ModelState, cloud: Cloud, now: () => number): World {
  const runnable = new RunnableUnits();
  for (const name of Object.keys(model.units).sort(compareText)) runnable.add(name);
  let contexts = 0;
  const leaving: MachineState[] = [];
  return {
    model,
    cloud,
    runnable,
    leaving,
    relations: new RelationIndex(model, (unit) => {
      runnable.add(unit);
    }),
    getCharm: (url) => getDeclared(model, url),
    now,
    withMachine: (_machine, work) => work(),
    takeContextNumber: () => (contexts += 1),
  };
}

function getDeclared(model: ModelState, url: string): Charm {
  const charm = model.charms[url];
  if (charm === undefined) throw new RangeError(`charm ${url} is not in the model`);
  return charm.declared;
}
