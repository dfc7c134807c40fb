import {isIP} from 'node:net';
import {parseBase} from '../names/base.ts';
import {isCharmPath, isSeriesName, parseCharmUrl} from '../names/charm-url.ts';
import {parseConstraints} from '../names/constraints.ts';
import {quote} from '../names/go-format.ts';
import {isEndpointName, isOfferName, isStorageName} from '../names/names.ts';
import {JujuError} from '../errors.ts';
import {parseDeviceDirective, parseStorageDirective} from './directives.ts';
import type {BundleApplication} from './types.ts';
import type {Verification} from './verify-types.ts';

/** Verifies what an application says of itself, without its charm. */
export function verifyApplication(verification: Verification, name: string, application: BundleApplication): void {
  const {add} = verification;
  verifyCharmField(verification, name, application);
  verifySeries(verification, name, application);
  verifyConstraints(verification, name, application);
  verifyDirectives(verification, name, application);
  verifyOffers(verification, name, application);
  verifyExpose(verification, name, application);
  if (Object.hasOwn(application.resources, '')) add(`missing resource name on application ${quote(name)}`);
  if (application.numUnits < 0) add(`negative number of units specified on application ${quote(name)}`);
}

function verifyCharmField({add, check, options}: Verification, name: string, application: BundleApplication): void {
  const {charm, revision, channel} = application;
  if (revision !== undefined && revision < 0)
    add(`the revision for application ${quote(name)} must be zero or greater`);
  if (charm === '') {
    add('empty charm path');
    return;
  }
  if (isCharmPath(charm)) {
    if (options.pathExists?.(charm) === false) add(`charm path in application ${quote(name)} does not exist: ${charm}`);
    return;
  }
  check(`invalid charm URL in application ${quote(name)}: `, () => {
    const url = parseCharmUrl(charm);
    if (url.schema === 'ch' && url.revision >= 0)
      add(`cannot specify revision in ${quote(charm)}, please use revision`);
    if (url.schema === 'ch' && revision !== undefined && channel === '') {
      add(`application ${quote(name)} with a revision requires a channel for future upgrades, please use channel`);
    }
    if (url.series !== '' && application.series !== '' && url.series !== application.series) {
      add(
        `the charm URL for application ${quote(name)} has a series which does not match, please remove the series from the URL`,
      );
    }
  });
}

function verifySeries({add}: Verification, name: string, {series, base}: BundleApplication): void {
  if (series !== '' && !isSeriesName(series))
    add(`application ${quote(name)} declares an invalid series ${quote(series)}`);
  if (base === '') return;
  try {
    parseBase(base);
  } catch (error) {
    if (!(error instanceof JujuError)) throw error;
    add(`application ${quote(name)} declares an invalid base ${quote(base)}`);
  }
}

function verifyConstraints({add, check, options}: Verification, name: string, {constraints}: BundleApplication): void {
  check(`invalid constraints ${quote(constraints)} in application ${quote(name)}: `, () => {
    const parsed = parseConstraints(constraints);
    const hasImage = Object.hasOwn(parsed, 'image-id');
    if (options.isBase === true && hasImage) add("'image-id' constraint in a base bundle not supported");
  });
}

function verifyDirectives({add, check}: Verification, name: string, application: BundleApplication): void {
  const of = `in application ${quote(name)}`;
  for (const [store, directive] of Object.entries(application.storage)) {
    if (!isStorageName(store)) add(`invalid storage name ${quote(store)} ${of}`);
    check(`invalid storage ${quote(store)} ${of}: `, () => parseStorageDirective(directive));
  }
  for (const [device, directive] of Object.entries(application.devices)) {
    if (!isStorageName(device)) add(`invalid device name ${quote(device)} ${of}`);
    check(`invalid device ${quote(device)} ${of}: `, () => parseDeviceDirective(directive));
  }
}

function verifyOffers({add}: Verification, name: string, application: BundleApplication): void {
  const of = `in application ${quote(name)}`;
  for (const [offer, {endpoints}] of Object.entries(application.offers)) {
    if (!isOfferName(offer)) add(`invalid offer name ${quote(offer)} ${of}`);
    for (const endpoint of endpoints.filter((text) => !isEndpointName(text))) {
      add(`invalid endpoint name ${quote(endpoint)} for offer ${quote(offer)} ${of}`);
    }
  }
}

function verifyExpose({add}: Verification, name: string, application: BundleApplication): void {
  const exposed = Object.entries(application.exposedEndpoints);
  if (application.expose && exposed.length > 0) {
    add(
      `exposed-endpoints cannot be specified together with "exposed:true" in application ${quote(name)} as this poses a ` +
        'security risk when deploying bundles to older controllers',
    );
  }
  for (const [endpoint, {exposeToCidrs}] of exposed) {
    for (const cidr of exposeToCidrs.filter((text) => !isCidr(text))) {
      add(
        `invalid CIDR ${quote(cidr)} for expose to CIDRs field for endpoint ${quote(endpoint)} in application ${quote(name)}`,
      );
    }
  }
}

function isCidr(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/');
  const version = isIP(address);
  return rest.length === 0 && version !== 0 && /^\d{1,3}$/u.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
}
