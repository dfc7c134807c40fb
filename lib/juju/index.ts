/** Juju's nouns as pure data: charms, archives, names, bundles and plans. The only effect here is reading files. */

export type * from './charm/types.ts';
export type * from './bundle/types.ts';
export type * from './bundle/plan-types.ts';
export type * from './yaml/types.ts';
export type * from './archive/types.ts';
export * from './errors.ts';

export {readCharm} from './charm/read.ts';
export {parseMetadata} from './charm/metadata.ts';
export {getBindableNames, getEndpoints, jujuInfo} from './charm/relations.ts';
export {parseConfig} from './charm/config.ts';
export {
  coerceText,
  coerceTexts,
  coerceYamlValue,
  coerceYamlValues,
  getDefaults,
  getOption,
} from './charm/config-values.ts';
export type {ConfigOptions} from './charm/config-values.ts';
export {parseConfigFile} from './charm/config-file.ts';
export {parseActions} from './charm/actions.ts';
export {ActionParamsError, getActionParams, parseActionArguments} from './charm/action-params.ts';
export {parseManifest} from './charm/manifest.ts';
export {parseLxdProfile} from './charm/lxd-profile.ts';
export {getPlatforms, splitCharmcraft} from './charm/charmcraft.ts';
export type {CharmFiles, Platform} from './charm/charmcraft.ts';

export {openCharmArchive, readCharmArchive} from './archive/read.ts';
export type {CharmArchive} from './archive/read.ts';
export {deflateContent, writeCharmArchive} from './archive/write.ts';
export {getCrc32} from './archive/crc32.ts';

export * from './names/names.ts';
export {getBaseOfSeries, getSeriesOfBase, parseBase, parseChannel, renderBase, renderShortBase} from './names/base.ts';
export type {BaseName} from './names/base.ts';
export {isArchitecture, isCharmPath, isStoreUrl, parseCharmUrl, renderCharmUrl} from './names/charm-url.ts';
export type {CharmUrl} from './names/charm-url.ts';
export {isSameConstraints, parseConstraints, renderConstraints} from './names/constraints.ts';
export type {Constraints} from './names/constraints.ts';
export {formatFloat, quote, quoteList} from './names/go-format.ts';
export {compareNaturally, sortNaturally} from './names/natural-sort.ts';
export {parsePlacement, parseUnitPlacement, renderPlacement} from './names/placement.ts';
export type {Placement, UnitPlacement} from './names/placement.ts';

export {getJson, getJsonObject, getKey, isNull, renderGoSyntax} from './yaml/access.ts';
export {parseYaml, parseYamlDocument} from './yaml/parse.ts';
export {renderYaml, renderYamlData} from './yaml/render.ts';

export {isBundlePath, mergeParts, parseBundle, readBundle} from './bundle/read.ts';
export type {BundleSource} from './bundle/read.ts';
export {parseBundleParts} from './bundle/document.ts';
export type {BundlePart} from './bundle/document.ts';
export {checkBundle, verifyBundle} from './bundle/verify.ts';
export type {VerifyOptions} from './bundle/verify-types.ts';
export {checkEndpointPair, getEndpointPairs, inferEndpoints} from './bundle/endpoints.ts';
export type {EndpointPair, RelationEnd} from './bundle/endpoints.ts';
export {parseDeviceDirective, parseStorageDirective} from './bundle/directives.ts';
export type {DeviceDirective, StorageDirective} from './bundle/directives.ts';
export {completeStorage, formatSize, getMountPoint} from './bundle/storage-defaults.ts';
export type {CharmStores} from './bundle/storage-defaults.ts';
export {parseMachineMap} from './bundle/machine-map.ts';
export {planBundle, renderPlan} from './bundle/plan.ts';
