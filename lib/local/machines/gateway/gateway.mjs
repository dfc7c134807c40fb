// Stands in a model's network namespace and passes each connection on to a Unix socket of the controller outside: Unix sockets
// cross namespaces, so nothing needs a route. It knows nothing of what it carries, and goes on when the controller is started
// again. Plain JavaScript without imports of its own: it starts at once and stays small.
//
//   node gateway.mjs FOLDER ADDRESS PORT SOCKET [ADDRESS PORT SOCKET ...]
import {connect, createServer} from 'node:net';

const [folder, ...words] = process.argv.slice(2);
// A socket's path may be 107 bytes long; its name always fits.
process.chdir(folder);

for (let index = 0; index + 2 < words.length; index += 3) {
  const [host, port, socket] = words.slice(index, index + 3);
  listen(host, Number(port), socket);
}

function listen(host, port, socket) {
  const server = createServer({allowHalfOpen: true}, (client) => {
    const inside = connect({path: socket, allowHalfOpen: true});
    for (const [from, to] of [
      [client, inside],
      [inside, client],
    ]) {
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  server.on('error', (error) => {
    process.stderr.write(`cannot listen on ${host}:${port}: ${error.message}\n`);
    process.exit(1);
  });
  server.listen(port, host, () => process.stdout.write(`listening on ${host}:${port}\n`));
}
