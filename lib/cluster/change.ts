import type {Alert, AttributeSet, ClusterNode, Constraint, FencingLevel, Resource, Tag, XmlElement} from './cib.ts';

/** What may change in one section: whole objects put in place (new or different), and ids of objects removed. */
export interface SectionChange<T> {
  readonly put: readonly T[];
  readonly remove: readonly string[];
}

/**
 * The difference between two configurations, by id and structure: plain data, objects whole, each list sorted by id.
 * Version, status and the attributes of `<cib>` are no part of it.
 */
export interface Change {
  readonly properties: SectionChange<AttributeSet>;
  readonly rscDefaults: SectionChange<AttributeSet>;
  readonly opDefaults: SectionChange<AttributeSet>;
  readonly nodes: SectionChange<ClusterNode>;
  readonly resources: SectionChange<Resource>;
  readonly constraints: SectionChange<Constraint>;
  readonly tags: SectionChange<Tag>;
  readonly alerts: SectionChange<Alert>;
  readonly fencingLevels: SectionChange<FencingLevel>;
  /** By element name. */
  readonly other: SectionChange<XmlElement>;
}
