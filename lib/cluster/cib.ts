/**
 * The cluster's configuration (Pacemaker's CIB) as plain, frozen, JSON-able values. Scores, intervals and versions stay
 * text as they were written. Objects are found by id, never by searching text. What a CIB may hold and this model does
 * not name is kept as parsed XML (`other`), so that reading and writing loses nothing.
 */

/** One XML element without interpretation. `text` is there only when the element holds character data. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text?: string;
}

/** One `<nvpair>`. A pair may have no value, as Pacemaker's schema allows. */
export interface NvPair {
  readonly id: string;
  readonly name: string;
  readonly value?: string;
}

/** An `<expression>` of a rule: compares a node attribute. `value` is missing for `defined` and `not_defined`. */
export interface AttributeExpression {
  readonly kind: 'attribute';
  readonly id: string;
  readonly attribute: string;
  readonly operation: string;
  readonly value?: string;
  readonly type?: string;
  readonly valueSource?: string;
}

/** A rule in a rule. */
export interface NestedRule {
  readonly kind: 'rule';
  readonly rule: Rule;
}

/** A date, resource or operation expression, kept as XML. */
export interface OtherExpression {
  readonly kind: 'other';
  readonly xml: XmlElement;
}

/** What a rule may hold: an expression on an attribute, another rule, or one that is kept as it is. */
export type RuleExpression = AttributeExpression | NestedRule | OtherExpression;

/** A `<rule>`; `booleanOp` is missing when the CIB does not say (Pacemaker then takes `and`). */
export interface Rule {
  readonly id: string;
  readonly score?: string;
  readonly scoreAttribute?: string;
  readonly role?: string;
  readonly booleanOp?: string;
  readonly expressions: readonly RuleExpression[];
}

/** A set of name/value pairs: meta, instance or utilization attributes, properties or defaults. */
export interface AttributeSet {
  readonly id: string;
  readonly score?: string;
  readonly rules: readonly Rule[];
  readonly pairs: readonly NvPair[];
  /** Children that are neither rule nor pair with a name (references by `id-ref`), as XML. */
  readonly other: readonly XmlElement[];
}

/** `<op>`: `attributes` are its own (interval, timeout, start-delay, role ...) but id and name. */
export interface Operation {
  readonly id: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly meta: readonly AttributeSet[];
  readonly params: readonly AttributeSet[];
}

interface ResourceBase {
  readonly id: string;
  readonly description?: string;
  readonly meta: readonly AttributeSet[];
  readonly params: readonly AttributeSet[];
  /** Children that the model does not name (references by `id-ref` among them), as XML. */
  readonly other: readonly XmlElement[];
}

/** A primitive has an agent, or names a template. */
export interface Primitive extends ResourceBase {
  readonly kind: 'primitive';
  /** `ocf`, `stonith`, `lsb`, `systemd` ...; missing when the primitive uses a template. */
  readonly class?: string;
  readonly provider?: string;
  readonly type?: string;
  readonly template?: string;
  readonly utilization: readonly AttributeSet[];
  readonly operations: readonly Operation[];
}

/** A `<template>`: what the primitives that name it take over, as `rsc_template` in crm syntax. */
export interface Template extends ResourceBase {
  readonly kind: 'template';
  readonly class?: string;
  readonly provider?: string;
  readonly type?: string;
  readonly utilization: readonly AttributeSet[];
  readonly operations: readonly Operation[];
}

/** Members run on one node and start in the order of `members`. */
export interface Group extends ResourceBase {
  readonly kind: 'group';
  readonly members: readonly string[];
}

/** `kind` is `master` for the old `<master>` element; a promotable clone is a `clone` with `promotable=true` in meta. */
export interface Clone extends ResourceBase {
  readonly kind: 'clone' | 'master';
  readonly child: string;
}

/** A resource that is kept as XML: a bundle. */
export interface OtherResource {
  readonly kind: 'other';
  readonly id: string;
  readonly xml: XmlElement;
}

/** Whatever stands directly in `<resources>`; told apart by `kind`. */
export type Resource = Primitive | Template | Group | Clone | OtherResource;

/** Resources that a constraint treats together. */
export interface ResourceSet {
  readonly id: string;
  readonly sequential?: string;
  readonly requireAll?: string;
  readonly ordering?: string;
  readonly action?: string;
  readonly role?: string;
  readonly score?: string;
  readonly kind?: string;
  readonly members: readonly string[];
}

/** Where a resource may run: a score on a node, or rules. `resource` and `resourcePattern` and `sets` exclude each other. */
export interface Location {
  readonly kind: 'location';
  readonly id: string;
  readonly resource?: string;
  readonly resourcePattern?: string;
  readonly sets: readonly ResourceSet[];
  readonly node?: string;
  readonly score?: string;
  readonly role?: string;
  readonly resourceDiscovery?: string;
  readonly rules: readonly Rule[];
  readonly other: readonly XmlElement[];
}

/** `resource` runs where `with` runs. */
export interface Colocation {
  readonly kind: 'colocation';
  readonly id: string;
  readonly score?: string;
  readonly resource?: string;
  readonly resourceRole?: string;
  readonly with?: string;
  readonly withRole?: string;
  readonly nodeAttribute?: string;
  readonly influence?: string;
  readonly sets: readonly ResourceSet[];
  readonly other: readonly XmlElement[];
}

/** `first` before `then`. `orderKind` is Mandatory, Optional or Serialize; `score` is its older spelling. */
export interface Order {
  readonly kind: 'order';
  readonly id: string;
  readonly first?: string;
  readonly firstAction?: string;
  readonly then?: string;
  readonly thenAction?: string;
  readonly orderKind?: string;
  readonly score?: string;
  readonly symmetrical?: string;
  readonly requireAll?: string;
  readonly sets: readonly ResourceSet[];
  readonly other: readonly XmlElement[];
}

/** A constraint that is kept as XML: a ticket. */
export interface OtherConstraint {
  readonly kind: 'other';
  readonly id: string;
  readonly xml: XmlElement;
}

/** Whatever stands directly in `<constraints>`; told apart by `kind`. */
export type Constraint = Location | Colocation | Order | OtherConstraint;

/** A node of the cluster as configured; whether it is up is no part of the configuration. */
export interface ClusterNode {
  readonly id: string;
  readonly uname: string;
  readonly type: 'member' | 'remote';
  readonly description?: string;
  /** Instance attributes: standby, maintenance and what operators set. */
  readonly attributes: readonly AttributeSet[];
  readonly utilization: readonly AttributeSet[];
  readonly other: readonly XmlElement[];
}

/** A `<tag>`: a name for several objects, whose ids are its members. */
export interface Tag {
  readonly id: string;
  readonly members: readonly string[];
}

/** Where an alert goes: `value` is what its program gets as CRM_alert_recipient. */
export interface AlertRecipient {
  readonly id: string;
  readonly value: string;
  readonly params: readonly AttributeSet[];
  readonly meta: readonly AttributeSet[];
}

/** A program that Pacemaker starts for every event; `path` is the program. */
export interface Alert {
  readonly id: string;
  readonly path: string;
  readonly description?: string;
  readonly params: readonly AttributeSet[];
  readonly meta: readonly AttributeSet[];
  readonly recipients: readonly AlertRecipient[];
  readonly other: readonly XmlElement[];
}

/** One `<fencing-level>`; exactly one of target, targetPattern and targetAttribute is there. */
export interface FencingLevel {
  readonly id: string;
  readonly index: string;
  readonly target?: string;
  readonly targetPattern?: string;
  readonly targetAttribute?: string;
  readonly targetValue?: string;
  /** Ids of fencing devices, in the order they are used. */
  readonly devices: readonly string[];
}

/** What Pacemaker compares to tell a newer CIB from an older one, in this order. */
export interface CibVersion {
  readonly adminEpoch: string;
  readonly epoch: string;
  readonly numUpdates: string;
}

/** A whole CIB. */
export interface Cib {
  readonly version: CibVersion;
  readonly validateWith: string;
  /** The other attributes of `<cib>`: crm_feature_set, have-quorum, dc-uuid, cib-last-written, update-origin ... */
  readonly attributes: Readonly<Record<string, string>>;
  readonly properties: readonly AttributeSet[];
  readonly rscDefaults: readonly AttributeSet[];
  readonly opDefaults: readonly AttributeSet[];
  readonly nodes: readonly ClusterNode[];
  /** All resources in one list, a group or a clone before its members; members are named by id. */
  readonly resources: readonly Resource[];
  readonly constraints: readonly Constraint[];
  readonly tags: readonly Tag[];
  readonly alerts: readonly Alert[];
  readonly fencingLevels: readonly FencingLevel[];
  /** Sections of `<configuration>` that the model does not name (acls), as XML. */
  readonly other: readonly XmlElement[];
  /** The `<status>` section as it was read; never compared, never changed. */
  readonly status: XmlElement | null;
}

/** The id that `crm` and Pacemaker use for the cluster's own properties. */
export const propertiesId = 'cib-bootstrap-options';

/** The id of the set that holds the defaults of all resources. */
export const rscDefaultsId = 'rsc-options';

/** The id of the set that holds the defaults of all operations. */
export const opDefaultsId = 'op-options';

/** A CIB without any content, valid for Pacemaker 2.1. */
export const emptyCib: Cib = Object.freeze({
  version: Object.freeze({adminEpoch: '0', epoch: '0', numUpdates: '0'}),
  validateWith: 'pacemaker-3.0',
  attributes: Object.freeze({}),
  properties: Object.freeze([]),
  rscDefaults: Object.freeze([]),
  opDefaults: Object.freeze([]),
  nodes: Object.freeze([]),
  resources: Object.freeze([]),
  constraints: Object.freeze([]),
  tags: Object.freeze([]),
  alerts: Object.freeze([]),
  fencingLevels: Object.freeze([]),
  other: Object.freeze([]),
  status: null,
});
