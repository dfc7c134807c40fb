import {createTestLayers} from './test-room.ts';

/** Builds a layer of the packages it is given in a process of its own, which a test may kill. */
await createTestLayers().ensurePackages(process.argv.slice(2));
