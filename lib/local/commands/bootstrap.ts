import {isApplicationName} from '#juju';

import {LocalError} from '../errors.ts';
import type {DefineVerb} from './verb.ts';

const CLOUDS: readonly string[] = ['memory'];

/** bootstrap CLOUD [CONTROLLER] */
export const define: DefineVerb = (command, session) => {
  command
    .argument('[cloud]', 'the cloud: memory', 'memory')
    .argument('[controller]', "the controller's name; the cloud's unless given")
    .action((cloud: string, controller: string | undefined) => {
      const name = controller ?? cloud;
      if (!CLOUDS.includes(cloud)) {
        throw new LocalError(`unknown cloud "${cloud}", please choose from: ${CLOUDS.join(', ')}`);
      }
      if (!isApplicationName(name)) throw new LocalError(`invalid controller name "${name}"`);
      return session.withLock(async () => {
        const index = await session.data.readIndex();
        if (index.controllers[name] !== undefined) throw new LocalError(`controller "${name}" already exists`);
        session.tell(`Creating Juju controller "${name}" on ${cloud}/local`);
        const record = {cloud, created: session.input.now(), currentModel: ''};
        await session.data.writeIndex({current: name, controllers: {...index.controllers, [name]: record}});
        session.tell(`Bootstrap complete, controller "${name}" is now available`);
        session.tell(`Its state is kept in ${session.data.path}; nothing runs between commands`);
        session.tell('');
        session.tell('Now you can run');
        session.tell('\tjuju-local add-model <model-name>');
        session.tell('to create a new model to deploy workloads.');
      });
    });
};
