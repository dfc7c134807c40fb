import {loadTemplate, type Desired, type WantedFile} from '#charm';
import {DATABASE_FILE_PATHS, getDatabaseFiles, type HaproxyContext} from '#openstack';

import type {Distribution} from './distribution.ts';
import {CONF_PATH, HAPROXY_PATH} from './facts.ts';
import {SERVER_PORT} from './interfaces.ts';
import {renderMasakariConf, type ConfInput} from './masakari-conf.ts';

const haproxyTemplate = loadTemplate(new URL('../templates/haproxy.cfg.hbs', import.meta.url));
const apiTemplates = {
  apache: loadTemplate(new URL('../templates/masakari-api.conf.hbs', import.meta.url)),
  uwsgi: loadTemplate(new URL('../templates/masakari-api-uwsgi.ini.hbs', import.meta.url)),
  'uwsgi-arguments': loadTemplate(new URL('../templates/masakari-api-default.hbs', import.meta.url)),
} as const;

type WantedFiles = NonNullable<Desired['files']>;

/** Only Masakari itself may read these. */
const privately = (path: string, content: string): WantedFile => ({path, content, group: 'masakari', mode: 0o640});

/** masakari.conf and the certificates it names; null input leaves what is there as it is. */
export function getServiceFiles(input: ConfInput | null, brokerCaPath: string): WantedFiles {
  if (input === null) {
    return [CONF_PATH, brokerCaPath, ...DATABASE_FILE_PATHS].map((path) => ({path, keep: true}));
  }
  const {tlsCa} = input.broker;
  return [
    ...getDatabaseFiles(input.database, 'masakari'),
    ...(tlsCa === undefined ? [] : [privately(brokerCaPath, tlsCa)]),
    privately(CONF_PATH, renderMasakariConf(input)),
  ];
}

export function getBrokerCaPath(application: string): string {
  return `/var/lib/charm/${application}/rabbit-client-ca.pem`;
}

/** haproxy.cfg; null leaves what is there as it is. */
export function getHaproxyFile(context: HaproxyContext | null): WantedFiles[number] {
  return context === null
    ? {path: HAPROXY_PATH, keep: true}
    : {path: HAPROXY_PATH, content: haproxyTemplate({...context}), group: 'haproxy', mode: 0o640};
}

/** The files by which Apache or uWSGI runs the API. */
export function getApiFiles(
  {apiFiles}: Distribution,
  {workers, hasIpv6}: {readonly workers: number; readonly hasIpv6: boolean},
): readonly WantedFile[] {
  const ini = apiFiles.find(({template}) => template === 'uwsgi')?.path ?? '';
  const values = {port: SERVER_PORT, workers, listen: `${hasIpv6 ? '[::]' : ''}:${SERVER_PORT}`, ini};
  return apiFiles.map(({path, template}) => ({path, content: apiTemplates[template](values)}));
}
