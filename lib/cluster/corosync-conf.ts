import type {CorosyncSection} from './corosync-sections.ts';
import {parseSections, renderSections} from './corosync-sections.ts';
import {ClusterSyntaxError} from './errors.ts';
import {freezeDeep} from './values.ts';

type Values = Readonly<Record<string, string>>;

/** A member of the ring. */
export interface CorosyncNode {
  /** The node's name in the cluster. A nodelist without names (Python charms) leaves it out. */
  readonly name?: string;
  readonly nodeId: number;
  /** ring0_addr, ring1_addr ... */
  readonly addresses: readonly string[];
  readonly options: Values;
}

/**
 * corosync.conf. `options` hold the further keys of a section as text. The defaults of Corosync are not filled in: what the
 * file does not say is missing here.
 */
export interface CorosyncConf {
  readonly totem: {
    readonly clusterName?: string;
    /** knet, udpu or udp. */
    readonly transport?: string;
    readonly cryptoCipher?: string;
    readonly cryptoHash?: string;
    readonly options: Values;
    readonly interfaces: readonly Values[];
  };
  readonly quorum: {
    readonly provider?: string;
    readonly expectedVotes?: number;
    readonly twoNode?: boolean;
    readonly options: Values;
  };
  readonly nodes: readonly CorosyncNode[];
  readonly logging: {readonly options: Values; readonly subsystems: readonly Values[]};
  /** Further sections (system, resources ...). */
  readonly other: readonly CorosyncSection[];
}

const empty: CorosyncSection = {name: '', values: {}, sections: []};

function getSection(sections: readonly CorosyncSection[], name: string): CorosyncSection {
  const found = sections.filter((section) => section.name === name);
  const values = Object.fromEntries(found.flatMap((section) => Object.entries(section.values)));
  return found.length === 0 ? empty : {name, values, sections: found.flatMap((section) => section.sections)};
}

function getNumber(values: Values, key: string): number | undefined {
  const text = values[key];
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw new ClusterSyntaxError('corosync.conf', `${key} is no whole number`, {line: 1, column: 1});
}

function readTotem(section: CorosyncSection): CorosyncConf['totem'] {
  const {
    cluster_name: clusterName,
    transport,
    crypto_cipher: cryptoCipher,
    crypto_hash: cryptoHash,
    ...options
  } = section.values;
  return {
    ...(clusterName === undefined ? {} : {clusterName}),
    ...(transport === undefined ? {} : {transport}),
    ...(cryptoCipher === undefined ? {} : {cryptoCipher}),
    ...(cryptoHash === undefined ? {} : {cryptoHash}),
    options,
    interfaces: section.sections.filter((child) => child.name === 'interface').map((child) => child.values),
  };
}

function readQuorum(section: CorosyncSection): CorosyncConf['quorum'] {
  const {provider, expected_votes: votes, two_node: two, ...options} = section.values;
  const expectedVotes = getNumber(section.values, 'expected_votes');
  return {
    ...(provider === undefined ? {} : {provider}),
    ...(votes === undefined || expectedVotes === undefined ? {} : {expectedVotes}),
    ...(two === undefined ? {} : {twoNode: two !== '0'}),
    options,
  };
}

function readAddresses(values: Values): readonly string[] {
  const addresses: string[] = [];
  for (let ring = 0; ring < 8; ring += 1) {
    const address = values[`ring${ring}_addr`];
    if (address === undefined) return addresses;
    addresses.push(address);
  }
  return addresses;
}

function readNode(section: CorosyncSection): CorosyncNode {
  const addresses = readAddresses(section.values);
  const rings = new Set(addresses.map((_, ring) => `ring${ring}_addr`));
  const {name, nodeid, ...rest} = section.values;
  const options = Object.fromEntries(Object.entries(rest).filter(([key]) => !rings.has(key)));
  const nodeId = nodeid === undefined ? 0 : (getNumber(section.values, 'nodeid') ?? 0);
  return {...(name === undefined ? {} : {name}), nodeId, addresses, options};
}

const modelled = new Set(['totem', 'quorum', 'nodelist', 'logging']);

/**
 * Reads a corosync.conf.
 *
 * @throws ClusterSyntaxError with the line; also where something follows an opening brace, which Corosync refuses.
 */
export function parseCorosyncConf(text: string): CorosyncConf {
  const sections = parseSections(text);
  const logging = getSection(sections, 'logging');
  return freezeDeep({
    totem: readTotem(getSection(sections, 'totem')),
    quorum: readQuorum(getSection(sections, 'quorum')),
    nodes: getSection(sections, 'nodelist')
      .sections.filter((child) => child.name === 'node')
      .map(readNode),
    logging: {
      options: logging.values,
      subsystems: logging.sections.filter((child) => child.name === 'logger_subsys').map((child) => child.values),
    },
    other: sections.filter((section) => !modelled.has(section.name)),
  });
}

function values(entries: Readonly<Record<string, string | undefined>>): Values {
  const written: Record<string, string> = {};
  for (const [key, value] of Object.entries(entries)) if (value !== undefined) written[key] = value;
  return written;
}

function section(name: string, own: Values, sections: readonly CorosyncSection[] = []): CorosyncSection {
  return {name, values: own, sections};
}

function totemSection({totem}: CorosyncConf): CorosyncSection {
  const {version = '2', ...options} = totem.options;
  const known = {
    cluster_name: totem.clusterName,
    transport: totem.transport,
    crypto_cipher: totem.cryptoCipher,
    crypto_hash: totem.cryptoHash,
  };
  const head = totem.options['version'] === undefined ? {} : {version};
  const interfaces = totem.interfaces.map((one) => section('interface', one));
  return section('totem', values({...head, ...known, ...options}), interfaces);
}

function quorumSection({quorum}: CorosyncConf): CorosyncSection {
  const {provider, expectedVotes, twoNode, options} = quorum;
  const two = twoNode === true ? '1' : '0';
  return section(
    'quorum',
    values({
      provider,
      expected_votes: expectedVotes === undefined ? undefined : String(expectedVotes),
      two_node: twoNode === undefined ? undefined : two,
      ...options,
    }),
  );
}

function nodeSection(node: CorosyncNode): CorosyncSection {
  const rings = Object.fromEntries(node.addresses.map((address, ring) => [`ring${ring}_addr`, address]));
  return section('node', values({...rings, name: node.name, nodeid: String(node.nodeId), ...node.options}));
}

function isFilled({values: own, sections}: CorosyncSection): boolean {
  return Object.keys(own).length > 0 || sections.length > 0;
}

/**
 * The text of a corosync.conf: the same text for the same value, nothing behind an opening brace. Reading it gives the
 * value again.
 *
 * @throws CorosyncValueError when a value would begin another line or section.
 */
export function renderCorosyncConf(conf: CorosyncConf): string {
  const subsystems = conf.logging.subsystems.map((one) => section('logger_subsys', one));
  return renderSections(
    [
      totemSection(conf),
      quorumSection(conf),
      section('nodelist', {}, conf.nodes.map(nodeSection)),
      section('logging', conf.logging.options, subsystems),
      ...conf.other,
    ].filter(isFilled),
  );
}
