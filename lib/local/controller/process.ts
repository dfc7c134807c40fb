import {CLOUDS, type CloudTable} from '../clouds.ts';
import {serveController} from './controller.ts';

/**
 * The whole life of a controller's process: serves `DATA-FOLDER NAME` until somebody asks it over its socket or with a signal to
 * end. Its standard error is the controller's log.
 */
export async function runControllerProcess(words: readonly string[], clouds: CloudTable = CLOUDS): Promise<void> {
  const [dataFolder = '', name = ''] = words;
  const warn = (line: string): void => {
    process.stderr.write(`${new Date().toISOString()} ${line}\n`);
  };
  const signal = new Promise<void>((resolve) => {
    for (const one of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(one, () => {
        resolve();
      });
  });
  try {
    const controller = await serveController({dataFolder, name, clouds, now: Date.now, warn});
    warn(`controller ${name} is served by the process ${String(process.pid)}`);
    // The folder it was started in may go.
    process.chdir('/');
    await Promise.race([controller.stopped, signal]);
    await controller.close();
    warn(`controller ${name} is no longer served`);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`ERROR ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
