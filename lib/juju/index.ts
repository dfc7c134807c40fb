/** Juju's nouns as pure data: charms, archives, names, bundles and plans. The only effect here is reading files. */

export type * from './charm/types.ts';
export type * from './bundle/types.ts';
export type * from './bundle/plan-types.ts';
export type * from './yaml/types.ts';
