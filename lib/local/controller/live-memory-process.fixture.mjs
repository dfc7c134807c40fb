// A controller's process as `bin/controller.mjs`, with the clouds of the tests.
import {register} from 'tsx/esm/api';

register();
const {runControllerProcess} = await import('./process.ts');
const {LIVE_MEMORY} = await import('./live-memory.fixture.ts');

await runControllerProcess(process.argv.slice(2), LIVE_MEMORY);
