import {addChange, getIds, getNextId} from './planning.ts';
import type {Planning} from './planning.ts';
import type {BundleOffer} from './types.ts';

/** Plans the offers that the bundle consumes and those that it makes. */
export function planOffers(planning: Planning): void {
  const saas = Object.entries(planning.input.bundle.saas).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, {url}] of saas) {
    if (url === '') continue;
    const id = addChange(planning, {
      method: 'consumeOffer',
      id: getNextId(planning, 'consumeOffer'),
      requires: [],
      args: {name, url},
      description: [`consume offer ${name} at ${url}`],
    });
    planning.deploys.set(name, id);
  }
  for (const [application, {offers}] of planning.applications) {
    const sorted = Object.entries(offers).sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [offer, spec] of sorted) planOffer(planning, {application, offer, spec});
  }
}

interface Offer {
  readonly application: string;
  readonly offer: string;
  readonly spec: BundleOffer;
}

function planOffer(planning: Planning, {application, offer, spec}: Offer): void {
  const created = addChange(planning, {
    method: 'createOffer',
    id: getNextId(planning, 'createOffer'),
    requires: getIds(planning.deploys.get(application)),
    args: {application, offer, endpoints: spec.endpoints},
    description: [`create offer ${offer} using ${application}:${spec.endpoints.join(',')}`],
  });
  for (const [user, access] of Object.entries(spec.acl).sort(([a], [b]) => (a < b ? -1 : 1))) {
    addChange(planning, {
      method: 'grantOfferAccess',
      id: getNextId(planning, 'grantOfferAccess'),
      requires: [created],
      args: {offer, user, access},
      description: [`grant user ${user} ${access} access to offer ${offer}`],
    });
  }
}
