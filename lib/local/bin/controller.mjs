// The process of a controller: `controller.mjs DATA-FOLDER NAME`. Started by juju-local; its output is the controller's log.
import {register} from 'tsx/esm/api';

register();
const {runControllerProcess} = await import('../controller/process.ts');

await runControllerProcess(process.argv.slice(2));
