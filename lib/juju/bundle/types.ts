/** A bundle after parsing and merging, as plain data. Field names are Juju's in camel case. */

import type {YamlScalar} from '../yaml/types.ts';

/** Where in a file something was written; `line` counts from 1. */
export interface Origin {
  readonly file: string;
  readonly document: number;
  readonly line: number;
}

/** How an exposed endpoint may be reached. */
export interface ExposedEndpoint {
  readonly exposeToSpaces: readonly string[];
  readonly exposeToCidrs: readonly string[];
}

/** A cross-model offer of one application. */
export interface BundleOffer {
  readonly endpoints: readonly string[];
  readonly acl: Readonly<Record<string, string>>;
}

/** One application of a bundle. `charm` is a store URL as written, or the absolute path of a local charm. */
export interface BundleApplication {
  readonly charm: string;
  readonly channel: string;
  readonly revision?: number;
  readonly series: string;
  readonly base: string;
  readonly resources: Readonly<Record<string, number | string>>;
  readonly numUnits: number;
  readonly to: readonly string[];
  readonly expose: boolean;
  readonly exposedEndpoints: Readonly<Record<string, ExposedEndpoint>>;
  /** Option values as scalars, so that `1` and `1.0` stay different until the charm's config types them. */
  readonly options: Readonly<Record<string, YamlScalar>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** As written. */
  readonly constraints: string;
  readonly storage: Readonly<Record<string, string>>;
  readonly devices: Readonly<Record<string, string>>;
  readonly bindings: Readonly<Record<string, string>>;
  readonly offers: Readonly<Record<string, BundleOffer>>;
  readonly trust: boolean;
}

/** One machine of a bundle. */
export interface BundleMachine {
  readonly constraints: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly series: string;
  readonly base: string;
}

/** A merged bundle. An application or machine that the file leaves null is null here. */
export interface Bundle {
  readonly type: string;
  readonly applications: Readonly<Record<string, BundleApplication | null>>;
  readonly machines: Readonly<Record<string, BundleMachine | null>>;
  readonly saas: Readonly<Record<string, {readonly url: string}>>;
  readonly series: string;
  readonly defaultBase: string;
  readonly relations: readonly (readonly string[])[];
  readonly tags: readonly string[];
  readonly description: string;
}
