import type {Problem} from './check.ts';
import {isScore} from './check-constraints.ts';
import type {XmlElement} from './cib.ts';
import {remember} from './memo.ts';

const roles = ['Stopped', 'Started', 'Promoted', 'Unpromoted', 'Master', 'Slave'];
const actions = ['start', 'promote', 'demote', 'stop'];
const booleans = ['true', 'false', '1', '0'];

/**
 * The values that Pacemaker's schema (`pacemaker-3.9.rng` of 2.1.5; earlier ones have a part of them) allows, by element and
 * attribute. Elsewhere any text is allowed, or something that is checked by itself.
 */
export const schemaValues: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  primitive: {class: ['ocf', 'lsb', 'heartbeat', 'stonith', 'upstart', 'service', 'systemd', 'nagios']},
  template: {class: ['ocf', 'lsb', 'heartbeat', 'stonith', 'upstart', 'service', 'systemd', 'nagios']},
  op: {
    role: roles,
    'on-fail': ['ignore', 'block', 'demote', 'stop', 'restart', 'standby', 'fence', 'restart-container'],
    enabled: booleans,
    'record-pending': booleans,
  },
  rsc_location: {role: roles, 'resource-discovery': ['always', 'never', 'exclusive']},
  rsc_colocation: {'rsc-role': roles, 'with-rsc-role': roles},
  rsc_order: {
    kind: ['Optional', 'Mandatory', 'Serialize'],
    'first-action': actions,
    'then-action': actions,
    symmetrical: booleans,
    'require-all': booleans,
  },
  resource_set: {
    sequential: booleans,
    'require-all': booleans,
    ordering: ['group', 'listed'],
    action: actions,
    role: roles,
    kind: ['Optional', 'Mandatory', 'Serialize'],
  },
  rule: {'boolean-op': ['or', 'and']},
  expression: {
    operation: ['lt', 'gt', 'lte', 'gte', 'eq', 'ne', 'defined', 'not_defined'],
    type: ['string', 'integer', 'number', 'version'],
    'value-source': ['literal', 'param', 'meta'],
  },
};

/** Sets have scores; those of constraints and rules are checked with them. */
const scored = new Set([
  'cluster_property_set',
  'meta_attributes',
  'instance_attributes',
  'utilization',
  'resource_set',
]);

function getProblems({name, attributes}: XmlElement): readonly string[] {
  const {score} = attributes;
  const isBadScore = scored.has(name) && score !== undefined && !isScore(score);
  const wrong = Object.entries(schemaValues[name] ?? {}).flatMap(([attribute, allowed]) => {
    const value = attributes[attribute];
    const isFine = value === undefined || allowed.includes(value);
    return isFine ? [] : [`\`${attribute}\` is none of ${allowed.join(', ')}`];
  });
  return isBadScore ? [...wrong, 'the score is neither a whole number nor INFINITY'] : wrong;
}

const isAllowed = remember(
  (element: XmlElement): boolean => getProblems(element).length === 0 && element.children.every(isAllowed),
);

/** What is wrong with the values in an element and below; `owner` is the id of what has none itself. */
export function checkValues(element: XmlElement, owner: string): readonly Problem[] {
  if (isAllowed(element)) return [];
  const id = element.attributes['id'] ?? owner;
  const own = getProblems(element).map((problem) => ({id, problem}));
  return [...own, ...element.children.flatMap((child) => checkValues(child, id))];
}
