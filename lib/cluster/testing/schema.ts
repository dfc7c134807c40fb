import {checkCib} from '../check.ts';
import {schemaValues} from '../check-values.ts';
import {parseCibXml} from '../cib-xml.ts';
import {openRealTools} from './real-tools.ts';

/** A CIB with all elements that have such attributes, each of which is its value in braces. */
const template = `<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="1" num_updates="0" admin_epoch="0"><configuration>
<crm_config><cluster_property_set id="ps" {cluster_property_set.score:1}><nvpair id="pv" name="stonith-enabled" value="false"/></cluster_property_set></crm_config>
<nodes><node id="1" uname="n1" type="member"><utilization id="u" {utilization.score:1}><nvpair id="uv" name="cpu" value="1"/></utilization></node></nodes>
<resources>
<template id="t" {template.class:lsb} type="haproxy"/>
<primitive id="a" class="ocf" provider="pacemaker" type="Dummy">
<meta_attributes id="am" {meta_attributes.score:1}><nvpair id="amv" name="priority" value="1"/></meta_attributes>
<instance_attributes id="ai" {instance_attributes.score:1}><nvpair id="aiv" name="state" value="/x"/></instance_attributes>
<operations><op id="o" name="monitor" interval="10" {op.role:Started} {op.on-fail:restart} {op.enabled:true} {op.record-pending:true}/></operations>
</primitive>
<primitive id="b" {primitive.class:lsb} type="haproxy"/>
</resources>
<constraints>
<rsc_location id="l" rsc="a" {rsc_location.role:Started} {rsc_location.resource-discovery:always} node="n1" {rsc_location.score:1}/>
<rsc_location id="lr" rsc="a"><rule id="r" {rule.score:1} {rule.boolean-op:and}>
<expression id="e" attribute="x" {expression.operation:eq} {expression.type:string} {expression.value-source:literal} value="1"/></rule></rsc_location>
<rsc_colocation id="c" {rsc_colocation.score:1} rsc="a" {rsc_colocation.rsc-role:Started} with-rsc="b" {rsc_colocation.with-rsc-role:Started}/>
<rsc_order id="or" {rsc_order.kind:Optional} first="a" {rsc_order.first-action:start} then="b" {rsc_order.then-action:start} {rsc_order.symmetrical:true} {rsc_order.require-all:true}/>
<rsc_order id="os"><resource_set id="s" {resource_set.sequential:true} {resource_set.require-all:true} {resource_set.ordering:group} {resource_set.action:start} {resource_set.role:Started} {resource_set.kind:Optional}><resource_ref id="a"/><resource_ref id="b"/></resource_set></rsc_order>
<rsc_colocation id="cs"><resource_set id="s2" {resource_set.score:1}><resource_ref id="a"/><resource_ref id="b"/></resource_set></rsc_colocation>
</constraints></configuration><status/></cib>`;

/** The CIB with one of its values replaced. */
export function fillIn(place: string, value: string): string {
  return template.replace(/\{([^:}]+):(\w+)\}/g, (_, name: string, usual: string) => {
    return `${name.replace(/.*\./, '')}="${name === place ? value : usual}"`;
  });
}

/** The places for values in the CIB: an element and its attribute. */
export const places = [...new Set([...template.matchAll(/\{([^:}]+):/g)].map(([, name = '']) => name))];

/** Values that are wrong in most places. */
export const wrongValues = [
  '',
  'explode',
  'Fence',
  'started',
  'yes',
  'TRUE',
  'lrmd',
  '1.5',
  'inf',
  '-INFINITY',
  '+7',
  '0',
  'master',
];

/** The values that a place may have. */
function getRightValues(place: string): readonly string[] {
  const [element = '', attribute = ''] = place.split('.');
  return schemaValues[element]?.[attribute] ?? ['INFINITY', '12', '-3'];
}

/** Where the verdict of `checkCib` is another than the schema's. */
export interface SchemaComparison {
  /** The values that one takes and the other refuses. */
  readonly wrong: readonly string[];
  readonly taken: number;
  readonly refused: number;
}

/**
 * Compares what `checkCib` says of values with what `crm_verify` says: all that are right, and so many wrong ones for each
 * place, other ones for the next place.
 */
export function compareWithSchema(wrongCount: number): SchemaComparison {
  const tools = openRealTools('');
  const wrong: string[] = [];
  let [taken, refused] = [0, 0];
  const compare = (place: string, value: string): void => {
    const text = fillIn(place, value);
    tools.writeCib(text);
    const {stdout, stderr} = tools.run('crm_verify', ['--xml-file', tools.path, '--verbose']);
    const isTaken = !`${stdout}${stderr}`.includes('did not pass schema validation');
    if (isTaken) taken += 1;
    else refused += 1;
    if ((checkCib(parseCibXml(text)).length === 0) !== isTaken) wrong.push(`${place}="${value}"`);
  };
  for (const [i, place] of places.entries()) {
    const some = Array.from({length: wrongCount}, (_, j) => wrongValues[(i * 5 + j) % wrongValues.length] ?? '');
    for (const value of new Set([...getRightValues(place), ...some])) compare(place, value);
  }
  tools.remove();
  return {wrong, taken, refused};
}
