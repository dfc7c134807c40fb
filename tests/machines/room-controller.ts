// Makes, boots and cuts machines until it is killed: what a controller is doing when somebody ends it. Its arguments: the
// folder and the id of the model, and the base layer as JSON.
import {createTestRoom, getTestMachine} from './test-room.ts';

const [folder = '', id = '', layer = '{}'] = process.argv.slice(2);
const room = createTestRoom(folder, id);
const layers = [JSON.parse(layer) as {id: string; folder: string}];

await room.open();
for (;;) {
  await room.create({machine: getTestMachine('7', 'short-life', 17), layers, binds: []});
  await room.create({machine: getTestMachine('7/lxd/0', 'shorter-life', 18), layers, binds: []});
  process.stdout.write('made\n');
  await room.powerOn('7');
  await room.powerOn('7/lxd/0');
  process.stdout.write('booted\n');
  await room.powerOff('7');
  await room.destroy('7/lxd/0');
  await room.destroy('7');
}
