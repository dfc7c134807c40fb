import type {DefineVerb} from './verb.ts';

/** kill-controller CONTROLLER */
export const define: DefineVerb = (command, session) => {
  command
    .argument('<controller>', "the controller's name")
    .option('--no-prompt', 'do not ask')
    .option('--destroy-all-models', 'accepted; its models go in any case')
    .option('--destroy-storage', 'accepted')
    .option('-t, --timeout <time>', 'accepted')
    .action((wanted: string) =>
      session.withLock(async () => {
        const {name, index} = await session.readController(wanted);
        session.tell(`Destroying controller "${name}"`);
        await session.data.removeController(name);
        const rest = Object.entries(index.controllers).filter(([other]) => other !== name);
        const current = index.current === name ? (rest[0]?.[0] ?? '') : index.current;
        await session.data.writeIndex({current, controllers: Object.fromEntries(rest)});
        session.tell('All models reclaimed, cleaning up controller machines');
      }),
    );
};
