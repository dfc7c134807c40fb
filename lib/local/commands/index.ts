import type {DefineVerb} from './verb.ts';

/** A verb as the help lists it; its file is loaded when it is called. */
export interface VerbEntry {
  readonly summary: string;
  readonly aliases?: readonly string[];
  readonly load: () => Promise<{readonly define: DefineVerb}>;
}

/** All verbs, by name. */
export const VERBS: Readonly<Record<string, VerbEntry>> = {
  actions: {
    summary: 'Lists the actions of an application.',
    aliases: ['list-actions'],
    load: () => import('./actions.ts'),
  },
  'add-model': {summary: 'Adds a model to the controller.', load: () => import('./add-model.ts')},
  'add-unit': {summary: 'Adds units to an application.', load: () => import('./add-unit.ts')},
  bootstrap: {summary: 'Makes a controller on a cloud.', load: () => import('./bootstrap.ts')},
  config: {summary: 'Shows, sets or resets the options of an application.', load: () => import('./config.ts')},
  controllers: {summary: 'Lists controllers.', aliases: ['list-controllers'], load: () => import('./controllers.ts')},
  'debug-log': {summary: 'Shows the log of a model.', load: () => import('./debug-log.ts')},
  deploy: {summary: 'Deploys a charm or a bundle.', load: () => import('./deploy.ts')},
  'destroy-model': {summary: 'Removes a model and everything in it.', load: () => import('./destroy-model.ts')},
  exec: {summary: 'Runs a command on units or machines.', load: () => import('./exec.ts')},
  integrate: {summary: 'Relates two applications.', aliases: ['relate'], load: () => import('./integrate.ts')},
  'kill-controller': {
    summary: 'Removes a controller and all its models.',
    aliases: ['destroy-controller'],
    load: () => import('./kill-controller.ts'),
  },
  models: {summary: 'Lists the models of a controller.', aliases: ['list-models'], load: () => import('./models.ts')},
  refresh: {
    summary: 'Gives an application a newer charm.',
    aliases: ['upgrade-charm'],
    load: () => import('./refresh.ts'),
  },
  'remove-application': {summary: 'Removes applications.', load: () => import('./remove-application.ts')},
  'remove-relation': {summary: 'Removes a relation.', load: () => import('./remove-relation.ts')},
  'remove-unit': {summary: 'Removes units.', load: () => import('./remove-unit.ts')},
  resolved: {summary: 'Marks the errors of units as resolved.', load: () => import('./resolved.ts')},
  run: {summary: 'Runs an action on units.', load: () => import('./run.ts')},
  'show-operation': {summary: 'Shows an operation with its tasks.', load: () => import('./show-operation.ts')},
  'show-task': {summary: 'Shows a task and what came of it.', load: () => import('./show-task.ts')},
  'show-unit': {summary: 'Shows what the model knows of units.', load: () => import('./show-unit.ts')},
  ssh: {summary: 'Runs a shell or a command on the machine of a unit.', load: () => import('./ssh.ts')},
  status: {summary: 'Shows the status of a model.', load: () => import('./status.ts')},
  storage: {summary: 'Lists the storage of a model.', aliases: ['list-storage'], load: () => import('./storage.ts')},
  switch: {summary: 'Shows or chooses the current controller and model.', load: () => import('./switch.ts')},
};
