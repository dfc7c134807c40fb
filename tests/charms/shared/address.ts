import {waiting, type Network, type Status, type View} from '#charm';

import {formatHost} from '#openstack';

/** The address others reach this unit at through a binding; null while the network has none. */
export function getAddress(view: Pick<View<unknown, unknown>, 'networks'>, binding: string): string | null {
  const network: Network | undefined = view.networks[binding];
  return network?.ingressAddresses[0] ?? network?.bindAddresses[0]?.addresses[0]?.value ?? null;
}

/** `http://HOST:PORT`, for a host that may be an IPv6 address. */
export function formatBaseUrl(host: string, port: number | string): string {
  return `http://${formatHost(host)}:${port}`;
}

/** A status for every binding that has no address. */
export function checkAddresses(
  view: Pick<View<unknown, unknown>, 'networks'>,
  bindings: readonly string[],
): readonly Status[] {
  return bindings
    .filter((binding) => getAddress(view, binding) === null)
    .map((binding) => waiting(`no address on binding ${binding}`));
}
