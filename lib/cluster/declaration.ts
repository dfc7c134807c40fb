import type {Alert, Clone, Colocation, Group, Location, Order, Primitive, Tag} from './cib.ts';

/**
 * What one writer wants in the cluster. Whole objects: what it does not declare it does not touch. Build them with the
 * `make...` functions, or from crm syntax with `parseCrmObject`.
 */
export interface ClusterDeclaration {
  readonly primitives: readonly Primitive[];
  readonly groups: readonly Group[];
  readonly clones: readonly Clone[];
  readonly locations: readonly Location[];
  readonly colocations: readonly Colocation[];
  readonly orders: readonly Order[];
  readonly tags: readonly Tag[];
  readonly alerts: readonly Alert[];
  /** Cluster properties of `cib-bootstrap-options`, by name. */
  readonly properties: Readonly<Record<string, string>>;
  /** Defaults of all resources, set `rsc-options`, by name. */
  readonly rscDefaults: Readonly<Record<string, string>>;
}

/** Declares nothing. */
export const emptyDeclaration: ClusterDeclaration = Object.freeze({
  primitives: Object.freeze([]),
  groups: Object.freeze([]),
  clones: Object.freeze([]),
  locations: Object.freeze([]),
  colocations: Object.freeze([]),
  orders: Object.freeze([]),
  tags: Object.freeze([]),
  alerts: Object.freeze([]),
  properties: Object.freeze({}),
  rscDefaults: Object.freeze({}),
});

/**
 * The ids of all objects that a declaration makes, sorted. Whoever applies it keeps them, and passes them as `owned` to
 * the next `reconcile`, which so knows what to remove.
 */
export function declaredIds(declaration: ClusterDeclaration): readonly string[] {
  const {primitives, groups, clones, locations, colocations, orders, tags, alerts} = declaration;
  const constraints = [...locations, ...colocations, ...orders];
  const objects = [...primitives, ...groups, ...clones, ...constraints, ...tags, ...alerts];
  return objects.map((object) => object.id).sort();
}
