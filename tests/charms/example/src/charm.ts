import * as z from 'zod/mini';

import {
  active,
  blocked,
  defineCharm,
  defineEndpoint,
  describeRelationProblem,
  parseNothing,
  parseWith,
  waiting,
} from '#charm';

// What the other side writes is text from outside: said here what it must be, and optional until it is there.
const Server = z.object({
  hostname: z.optional(z.string().check(z.regex(/^[\w.:-]+$/, 'must be a host name'))),
  port: z.optional(z.string().check(z.regex(/^\d+$/, 'must be a number'))),
});
const backend = defineEndpoint({name: 'backend', unit: parseWith(Server)});
const website = defineEndpoint({name: 'website', unit: parseNothing});

export const charm = defineCharm({
  config: parseWith(z.object({port: z.number().check(z.minimum(1, 'must be 1 or more'))})),
  endpoints: [backend, website],
  readFacts: () => Promise.resolve({}),
  desire: (view) => {
    const port = String(view.config.port);
    const units = backend.relations(view).flatMap((relation) => relation.remoteUnits.map((unit) => ({relation, unit})));
    const servers = units.flatMap(({unit: {name, data}}) =>
      data?.hostname === undefined
        ? []
        : [`  server ${name.replace('/', '-')} ${data.hostname}:${data.port ?? '80'}\n`],
    );
    const content = `listen web\n  bind *:${port}\n  mode tcp\n${servers.join('')}`;
    return {
      packages: ['haproxy'],
      files: [{path: '/etc/haproxy/haproxy.cfg', content}],
      services: [{name: 'haproxy', isRunning: true, restartWhen: [content]}],
      relationData: website.relations(view).map(({id}) => ({
        relationId: id,
        scope: 'unit',
        data: {hostname: view.host.hostname, port},
      })),
      ports: [`${port}/tcp`],
      statuses: [
        ...units.flatMap(({relation, unit: {name, problems = []}}) =>
          problems.map((problem) => blocked(describeRelationProblem(relation, name, problem))),
        ),
        ...(units.length === 0 ? [blocked("'backend' missing")] : []),
        ...(servers.length < units.length ? [waiting("'backend' incomplete")] : []),
        active('Unit is ready'),
      ],
    };
  },
});
